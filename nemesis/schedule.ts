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
  return new Scheduled(planned, null);
}

class Scheduled implements Generator {
  readonly #planned: readonly Planned[];
  readonly #began: number | null;

  constructor(planned: readonly Planned[], began: number | null) {
    this.#planned = planned;
    this.#began = began;
  }

  next(context: Context): Next {
    const [first, ...later] = this.#planned;
    if (first === undefined) return { kind: 'done' };
    const began = this.#began ?? context.time;
    const time = began + first.at * MILLISECOND;
    const here = new Scheduled(this.#planned, began);
    if (!context.free.includes('nemesis')) return { kind: 'pending', rest: here };
    if (time > context.time) return { kind: 'pending', until: time, rest: here };
    return {
      kind: 'operation',
      operation: { f: first.f, value: first.fault, thread: 'nemesis', time },
      rest: new Scheduled(later, began),
    };
  }

  update(): Generator {
    return this;
  }
}
