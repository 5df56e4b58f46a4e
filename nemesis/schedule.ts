import type { Context, Generator, Next } from '../harness/generator/types.ts';
import { MILLISECOND, type Random } from '../harness/runtime/types.ts';
import type { FaultSpec } from './types.ts';

export interface ScheduleOptions {
  /** From the start of one round of faults to the start of the next, ms. */
  readonly everyMs: number;
  /** How long each fault is held, ms. */
  readonly forMs: number;
  /** Faults may begin in [firstMs, lastMs) after the clients began, ms. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** `at` ms after the clients began. */
export interface Planned {
  readonly at: number;
  readonly f: 'fault' | 'heal';
  readonly fault: string;
}

/**
 * Between one fault of a round and the next, ms: what is written `cut-standbys,failover` must be a cut that has
 * been felt for a while (≥ 200 ms of writes that nobody replicates) when the promotion comes.
 */
const STEP_MS = 500;
const JITTER_MS = 250;

/**
 * Rounds of faults: in each, the faults begin in the order in which they were written, about half a second apart,
 * and every one is held for `forMs`. Each fault draws its times from a stream of its own, so that leaving one out
 * does not move the others.
 */
export function planFaults(
  specs: readonly FaultSpec[],
  options: ScheduleOptions,
  random: (stream: string) => Random,
): Planned[] {
  const planned: Planned[] = [];
  specs.forEach((spec, position) => {
    const stream = random(`schedule/${spec.text}`);
    for (let round = options.firstMs; round < options.lastMs; round += options.everyMs) {
      const at = round + position * STEP_MS + stream.below(JITTER_MS);
      if (at >= options.lastMs) break;
      planned.push({ at, f: 'fault', fault: spec.text });
      planned.push({ at: at + options.forMs, f: 'heal', fault: spec.text });
    }
  });
  // Sorting is stable: what falls on the same moment keeps the written order.
  return planned.sort((a, b) => a.at - b.at);
}

/** The plan as a generator for the nemesis' thread; moments count from when it is first asked. */
export function scheduleOf(planned: readonly Planned[]): Generator {
  return new Scheduled(planned, 0, null);
}

class Scheduled implements Generator {
  readonly #planned: readonly Planned[];
  /** The place of what comes next. */
  readonly #at: number;
  readonly #began: number | null;

  constructor(planned: readonly Planned[], at: number, began: number | null) {
    this.#planned = planned;
    this.#at = at;
    this.#began = began;
  }

  next(context: Context): Next {
    if (this.#at === this.#planned.length) return { kind: 'done' };
    const { at, f, fault } = this.#planned[this.#at];
    const began = this.#began ?? context.time;
    const time = began + at * MILLISECOND;
    const here = this.#began === null ? new Scheduled(this.#planned, this.#at, began) : this;
    if (!context.free.includes('nemesis')) return { kind: 'pending', rest: here };
    if (time > context.time) return { kind: 'pending', until: time, rest: here };
    return {
      kind: 'operation',
      operation: { f, value: fault, thread: 'nemesis', time },
      rest: new Scheduled(this.#planned, this.#at + 1, began),
    };
  }

  update(): Generator {
    return this;
  }
}
