import type { Context, DueOperation, Generator, Notice, Thread } from '../generator/types.ts';
import { MILLISECOND, type Cancel, type Clock, type Random } from '../runtime/types.ts';
import type { Crew } from './crew.ts';

/** How often an excused thread is looked at. */
const POLL = 20 * MILLISECOND;

/**
 * Asks a generator what comes next and hands it to the crew: at once when it is due, and again after every event or
 * when the generator said so. The only place where pure generators meet the world.
 */
export class Driver {
  readonly #crew: Crew;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #stop: AbortSignal;
  readonly #busy = new Set<Thread>();
  #free: readonly Thread[] | null = null;
  #generator: Generator;
  #failure: { readonly error: unknown } | null = null;
  #excused: Thread | null = null;
  #finished = false;
  #wake: () => void = () => {};
  /** The timer that ends a rest; it outlives a rest that ends earlier, since the next one mostly wants the same. */
  #alarm: { readonly at: number; readonly cancel: Cancel } | null = null;

  constructor(generator: Generator, crew: Crew, clock: Clock, random: Random, stop: AbortSignal) {
    this.#generator = generator;
    this.#crew = crew;
    this.#clock = clock;
    this.#random = random;
    this.#stop = stop;
  }

  /** Operations until `until` (ns), the generator's end or an interrupt; some may still be under way then. */
  async run(until: number): Promise<'done' | 'time is up' | 'stopped'> {
    const stopped = () => this.#wake();
    this.#stop.addEventListener('abort', stopped);
    try {
      for (;;) {
        if (this.#failure) throw this.#failure.error;
        if (this.#stop.aborted || this.#finished) return 'stopped';
        if (this.#clock.now() >= until) return 'time is up';
        const next = this.#generator.next(this.#context());
        if (next.kind === 'done') return 'done';
        this.#generator = next.rest;
        if (next.kind === 'operation') this.#begin(next.operation);
        else await this.#rest(Math.min(next.until ?? Infinity, until));
      }
    } finally {
      this.#setAlarm(Infinity);
      this.#stop.removeEventListener('abort', stopped);
    }
  }

  /** Gives this thread nothing more to do. Resolves when it is idle, or at `until` (ns). */
  async excuse(thread: Thread, until: number): Promise<void> {
    this.#excused = thread;
    this.#free = null;
    while (this.#busy.has(thread) && this.#clock.now() < until) await this.#clock.sleep(POLL, this.#stop);
  }

  /** Ends {@link run}: some operations may still be under way. */
  finish(): void {
    this.#finished = true;
    this.#wake();
  }

  /** Resolves when nothing is under way any more, or at `until` (ns): then false. */
  async drained(until = Infinity): Promise<boolean> {
    while (this.#busy.size > 0 && this.#clock.now() < until) await this.#rest(until);
    this.#setAlarm(Infinity);
    if (this.#failure) throw this.#failure.error;
    return this.#busy.size === 0;
  }

  #context(): Context {
    return {
      time: this.#clock.now(),
      random: this.#random,
      threads: this.#crew.threads,
      free: (this.#free ??= this.#crew.threads.filter(
        (thread) => !this.#busy.has(thread) && thread !== this.#excused,
      )),
      processOf: this.#crew.processOf,
    };
  }

  #begin(operation: DueOperation): void {
    const { thread, time, f } = operation;
    if (this.#busy.has(thread) || time > this.#clock.now())
      throw new Error(
        `A generator gave the operation "${f}" to thread ${thread} for ${time} ns, which is busy or in the future; ` +
          'a generator that waits must say so (kind: "pending").',
      );
    this.#busy.add(thread);
    this.#free = null;
    const failed = (error: unknown) => {
      this.#failure ??= { error };
      this.#release(thread);
    };
    this.#crew
      .perform(operation, (notice) => this.#tell(notice))
      .then(({ last, rest }) => {
        if (rest === null) return this.#release(thread, last);
        this.#tell(last);
        rest.then(() => this.#release(thread), failed);
      })
      .catch(failed);
  }

  /** The thread is free again, as its `last` notice may find it. */
  #release(thread: Thread, last?: Notice): void {
    this.#busy.delete(thread);
    this.#free = null;
    if (last) this.#tell(last);
    else this.#wake();
  }

  #tell(notice: Notice): void {
    this.#generator = this.#generator.update(this.#context(), notice);
    this.#wake();
  }

  /** Until something happens, at the latest until `until`. */
  #rest(until: number): Promise<void> {
    this.#setAlarm(until);
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = () => {};
        resolve();
      };
    });
  }

  #setAlarm(at: number): void {
    if (this.#alarm?.at === at) return;
    this.#alarm?.cancel();
    this.#alarm = null;
    if (at === Infinity) return;
    const cancel = this.#clock.after(at - this.#clock.now(), () => {
      this.#alarm = null;
      this.#wake();
    });
    this.#alarm = { at, cancel };
  }
}
