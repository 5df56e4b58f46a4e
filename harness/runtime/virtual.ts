import { DueHeap } from './heap.ts';
import { randomStream } from './random.ts';
import { sleepBy } from './sleep.ts';
import type { Cancel, Clock, Random, Runtime } from './types.ts';

/** How many events may fire before the process gets to hear signals and finish writes. */
const EVENTS_PER_BREATH = 4096;
/** How long, in real ms, an idle simulation waits for real input and output before it is called dead. */
const PATIENCE_MS = 2000;

/** Time that passes only when nothing is left to do: see {@link virtualRuntime}. */
export interface VirtualRuntime extends Runtime {
  /**
   * Drives `main` to its end and gives its result. Time stands still while code runs, and jumps to the next timer
   * when all have come to wait.
   * @throws Deadlock when `main` waits and no timer is left that could ever wake it.
   */
  run<T>(main: () => Promise<T>): Promise<T>;
  /** Timers set and not yet fired. */
  readonly scheduled: number;
}

/** Everybody waits for everybody, at `at` ns. */
export class Deadlock extends Error {
  readonly at: number;
  constructor(at: number) {
    super(
      `Deadlock in virtual time: at ${at} ns the run waits, but nothing is scheduled that could wake it. ` +
        'Something awaits a promise that nobody will resolve.',
    );
    this.name = 'Deadlock';
    this.at = at;
  }
}

/**
 * A runtime in virtual time: equal seeds and programs give equal events, at the speed of the machine.
 * Only one `run` at a time. Code under it must wait by its clock alone: real input and output completes at moments
 * that no seed decides (at the very end, when no timer is left, it is waited for).
 */
export function virtualRuntime(
  seed: string | number,
  { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
): VirtualRuntime {
  return new Simulation(seed, patienceMs);
}

class Simulation implements VirtualRuntime, Clock {
  readonly #seed: string | number;
  readonly #patienceMs: number;
  readonly #due = new DueHeap();
  #now = 0;
  #order = 0;

  constructor(seed: string | number, patienceMs: number) {
    this.#seed = seed;
    this.#patienceMs = patienceMs;
  }

  get clock(): Clock {
    return this;
  }

  get scheduled(): number {
    return this.#due.size;
  }

  readonly random = (stream: string): Random => randomStream(this.#seed, stream);

  now(): number {
    return this.#now;
  }

  sleep(ns: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this.after.bind(this), ns, signal);
  }

  after(ns: number, fire: () => void): Cancel {
    return this.#put(ns, fire, false);
  }

  quietly(ns: number, fire: () => void): Cancel {
    return this.#put(ns, fire, true);
  }

  #put(ns: number, fire: () => void, quiet: boolean): Cancel {
    const due = { at: this.#now + Math.max(0, Math.round(ns)), order: this.#order++, fire, quiet, slot: -1 };
    this.#due.push(due);
    return () => this.#due.remove(due);
  }

  async run<T>(main: () => Promise<T>): Promise<T> {
    let finished = false;
    const end = () => {
      finished = true;
    };
    const result = main();
    result.then(end, end);
    // Whoever calls from a `nextTick` callback (a message from a parent process) would have the first event before the
    // microtasks: from here on we are in one.
    await Promise.resolve();
    for (let events = 1, quiet = false; ; events++) {
      if (!quiet) await allHaveComeToWait();
      if (finished) return result;
      const due = this.#due.pop() ?? (await this.#afterRealWork(() => finished));
      if (due === null) return result;
      this.#now = due.at;
      due.fire();
      quiet = due.quiet;
      if (events % EVENTS_PER_BREATH === 0) await breath();
    }
  }

  /** Nothing is scheduled: real work (a file being written) may yet go on. The next timer, or null at the end. */
  async #afterRealWork(finished: () => boolean) {
    const giveUp = process.hrtime.bigint() + BigInt(this.#patienceMs) * 1_000_000n;
    for (let tries = 0; process.hrtime.bigint() < giveUp || tries < 2; tries++) {
      await (tries < 100 ? breath() : new Promise((resolve) => setTimeout(resolve, 1)));
      if (finished()) return null;
      const due = this.#due.pop();
      if (due !== undefined) return due;
    }
    throw new Deadlock(this.#now);
  }
}

/**
 * Resolves when the queue of microtasks is empty. Node serves `nextTick` callbacks that were made in a microtask
 * only once all microtasks are done, however long their chains; it costs a fraction of a setImmediate.
 */
function allHaveComeToWait(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
