import { FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Linearization } from './certificate.ts';

/** What a replay needs of a sequential specification: the state after an operation, undefined where it is not legal. */
export type Replay = (
  state: Json,
  operation: {
    readonly f: string;
    readonly value: Json;
    readonly result: Json | undefined;
    readonly process: number;
  },
) => Json | undefined;

/**
 * Does an order prove that its object is linearizable? Every acknowledged operation of the object stands in it once, none
 * that failed does, none stands before one that had returned when it began, and replayed each gives what it gave.
 * Shares nothing with the checker. `whole`: one object in all, whatever the keys.
 */
export function proves(
  history: History,
  { key, order }: Linearization,
  replay: Replay,
  initial: Json,
  whole = false,
): boolean {
  const ends = (i: number): number => (history.pair[i] < 0 ? -1 : history.type[history.pair[i]]);
  const own = (i: number): boolean =>
    history.type[i] === INVOKE &&
    history.process[i] >= 0 &&
    (whole || keyAt(history, i) === JSON.stringify(key));
  const counted = new Set(order);
  if (counted.size !== order.length || order.some((i) => !own(i) || ends(i) === FAIL)) return false;
  for (let i = 0; i < history.length; i++) if (own(i) && ends(i) === OK && !counted.has(i)) return false;
  /** From behind: the earliest return of what follows. */
  let soonest = Infinity;
  for (const i of order.toReversed()) {
    if (soonest < i) return false;
    if (ends(i) === OK) soonest = Math.min(soonest, history.pair[i]);
  }
  let state: Json | undefined = initial;
  for (const i of order) {
    const result = ends(i) === OK ? history.values[history.pair[i]] : undefined;
    const f = history.functions.valueOf(history.f[i]);
    state = replay(state, { f, value: history.values[i], result, process: history.process[i] });
    if (state === undefined) return false;
  }
  return true;
}

function keyAt(history: History, i: number): string {
  return JSON.stringify(history.key[i] < 0 ? null : history.keys.valueOf(history.key[i]));
}
