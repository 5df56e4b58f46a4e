// Does a schedule explain the history? Plays it back, from the columns alone: nothing is shared with how it was found.
import type { Json } from '../../../harness/history/event.ts';
import { OK } from '../../../harness/history/history.ts';
import { int32 } from '../growable.ts';
import { listOf } from '../list-versions.ts';
import { APPEND, MISS, WRITE, isWriting, type Transactions } from '../micro.ts';
import { fits } from '../predicates.ts';
import { sameValue } from '../writes.ts';
import { isSerial, type Isolation } from './events.ts';

/** Places of the transactions' snapshots and commits; -1 for those that take no part. A serial schedule has both in one place. */
export interface Schedule {
  readonly isolation: Isolation;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Which orders it claims to respect besides: of sessions, of real time. */
  readonly level: number;
}

/** What contradicts the schedule, or null: then it is a proof of the model. O(transactions · log). */
export function contradiction(
  transactions: Transactions,
  schedule: Schedule,
  judged: Uint8Array,
): string | null {
  const { count, first, kind, key, keys, values, status } = transactions;
  const { start, end, isolation, level } = schedule;
  const events: number[] = [];
  for (let t = 0; t < count; t++) {
    if (start[t] < 0) {
      if (status[t] === OK) return `transaction ${t} is missing`;
      continue;
    }
    if (!isSerial(isolation)) events.push(2 * t);
    events.push(2 * t + 1);
  }
  const placeOf = (event: number): number => ((event & 1) === 0 ? start : end)[event >> 1];
  events.sort((a, b) => placeOf(a) - placeOf(b));
  const order = level > 0 ? disorder(transactions, schedule) : null;
  if (order !== null) return order;
  const state: Json[] = keys.map(() => null);
  const lists: Json[][] = keys.map(() => []);
  const committed = int32(keys.length).fill(-1);
  const snapshot = new Map<number, Json>();
  for (const event of events) {
    const t = event >> 1;
    const isStart = (event & 1) === 0;
    if (isStart || isSerial(isolation))
      for (let m = first[t]; m < first[t + 1]; m++)
        if (!isWriting(kind[m]))
          snapshot.set(m, lists[key[m]].length > 0 ? lists[key[m]].length : (state[key[m]] ?? null));
    if (isStart) continue;
    for (let m = first[t]; m < first[t + 1]; m++) {
      const k = key[m];
      if (judged[k] === 0) continue;
      if (isWriting(kind[m])) {
        if (isolation === 'snapshot-isolation' && committed[k] > start[t])
          return `transaction ${t} overwrote a concurrent one`;
      } else if (status[t] === OK && !explains(m)) return `transaction ${t} read otherwise`;
    }
    for (let m = first[t]; m < first[t + 1]; m++) {
      if (kind[m] === APPEND) lists[key[m]].push(values[m]);
      else if (kind[m] === WRITE) state[key[m]] = values[m];
      if (isWriting(kind[m])) committed[key[m]] = end[t];
    }
  }
  return null;

  /** Is what `m` saw its snapshot, with the transaction's own writes before it? */
  function explains(m: number): boolean {
    const k = key[m];
    let held = snapshot.get(m) ?? null;
    let own = 0;
    for (let w = m - 1; w >= 0 && w >= first[transactions.owner[m]]; w--) {
      if (key[w] !== k || !isWriting(kind[w])) continue;
      if (kind[w] === WRITE) {
        held = values[w];
        break;
      }
      own++;
    }
    if (kind[m] === MISS) return isolation === 'repeatable-read' || !fits(held, values[m]);
    if (!Array.isArray(values[m]) && lists[k].length === 0 && own === 0) return sameValue(held, values[m]);
    if (values[m] !== null && !Array.isArray(values[m])) return false;
    const list = listOf(values[m]);
    const seen = list.length - own;
    if (seen !== (typeof held === 'number' ? held : 0)) return false;
    return seen === 0 || sameValue(list[seen - 1], lists[k][seen - 1]);
  }
}

/** Does the schedule turn the order of a session, or of real time, round? */
function disorder({ count, previous, after }: Transactions, { start, end, level }: Schedule): string | null {
  let latest = -1;
  const completed = new Map<number, number>();
  for (let t = 0; t < count; t++)
    if (start[t] >= 0 && after[t] < count)
      completed.set(after[t], Math.max(completed.get(after[t]) ?? -1, end[t]));
  for (let t = 0; t < count; t++) {
    latest = Math.max(latest, completed.get(t) ?? -1);
    if (start[t] < 0) continue;
    if (level > 1 && latest >= start[t]) return `transaction ${t} comes before one that had completed`;
    if (previous[t] >= 0 && end[previous[t]] >= start[t])
      return `transaction ${t} comes before its session's last`;
  }
  return null;
}
