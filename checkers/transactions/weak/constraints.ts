// What weak models say of the order of two writers of a key, after Biswas & Enea (On the complexity of checking
// transactional consistency, OOPSLA 2019): a transaction that saw `earlier` and read the key from `later` puts the
// one before the other. A model holds iff these orders have no cycle with read dependencies. The least sets of orders
// that imply the rest are Møldrup & Pavlogiannis's (AWDIT, PLDI 2025): O(n^1.5), for causality O(n·k).
import { OK } from '../../../harness/history/history.ts';
import { Column, int32 } from '../growable.ts';
import type { Transactions } from '../micro.ts';
import { NOTHING, installs, type Observations } from './observations.ts';

/** By transaction: can its reads contradict what is known? null: they all can. */
export type Looked = Uint8Array | null;

export const isSkipped = (looked: Looked, t: number): boolean => looked !== null && looked[t] === 0;

/** Orders of writers: `earlier` before `later` (INITIAL: the initial version), because of a read of `later`'s version. */
export class Constraints {
  readonly earlier = new Column();
  readonly later = new Column();
  /** The micro-operation that read the version of `later`. */
  readonly read = new Column();

  add(earlier: number, later: number, read: number): void {
    if (earlier === later) return;
    this.earlier.push(earlier);
    this.later.push(later);
    this.read.push(read);
  }
}

/**
 * Monotonic atomic view: once a transaction has read from another, its later reads see all that the other wrote, or
 * what is newer. (This is what Biswas & Enea, and AWDIT, call Read Committed.) What one operation reads it reads at
 * once, each of its keys after the others.
 */
export function monotonic(
  transactions: Transactions,
  observations: Observations,
  looked: Looked,
): Constraints {
  const { count, first, joined, key, keys, status } = transactions;
  const { seen, offset, written } = observations;
  const constraints = new Constraints();
  const next = int32(keys.length).fill(-1);
  for (let t = 0; t < count; t++) {
    if (status[t] !== OK || isSkipped(looked, t)) continue;
    const end = first[t + 1];
    let reads = 0;
    /** Of the next reads of keys, those from `from` on see what `writer` wrote. */
    const follow = (writer: number, from: number): void => {
      if (offset[writer + 1] - offset[writer] <= reads) {
        for (let i = offset[writer]; i < offset[writer + 1]; i++) {
          const read = next[written[i]];
          if (read >= from && read < end) constraints.add(writer, seen[read], read);
        }
      } else
        for (let read = from; read < end; read++)
          if (seen[read] !== NOTHING && next[key[read]] === read && installs(observations, writer, key[read]))
            constraints.add(writer, seen[read], read);
    };
    for (let m = end - 1; m >= first[t]; m--) {
      const last = m;
      while (joined[m] === 1) m--;
      for (let read = last; read >= m; read--) if (seen[read] >= 0) follow(seen[read], last + 1);
      for (let read = last; read >= m; read--) {
        if (seen[read] === NOTHING) continue;
        next[key[read]] = read;
        reads++;
      }
      if (last > m) for (let read = last; read >= m; read--) if (seen[read] >= 0) follow(seen[read], m);
    }
  }
  return constraints;
}

/**
 * Read atomic: who reads from a transaction sees all that it wrote, or what is newer; with `sessions`, also all of the
 * session before.
 */
export function fractured(
  transactions: Transactions,
  observations: Observations,
  sessions: boolean,
  looked: Looked,
): Constraints {
  const { count, first, key, keys, status, session, after } = transactions;
  const { seen, offset, written } = observations;
  const constraints = new Constraints();
  const read = int32(keys.length).fill(-1);
  const handled = int32(count).fill(-1);
  const lastInSession = new Map<number, number>();
  for (let t = 0; t < count; t++) {
    if (status[t] !== OK) continue;
    let reads = 0;
    for (let m = first[t]; m < first[t + 1] && !isSkipped(looked, t); m++) {
      if (seen[m] === NOTHING || read[key[m]] >= first[t]) continue;
      read[key[m]] = m;
      reads++;
      if (!sessions) continue;
      const own = lastInSession.get(session[t] * keys.length + key[m]);
      if (own !== undefined && after[own] <= t) constraints.add(own, seen[m], m);
    }
    for (let m = first[t]; m < first[t + 1] && reads > 0; m++) {
      const writer = seen[m];
      if (writer < 0 || handled[writer] === t) continue;
      handled[writer] = t;
      if (offset[writer + 1] - offset[writer] <= reads) {
        for (let i = offset[writer]; i < offset[writer + 1]; i++) {
          const other = read[written[i]];
          if (other >= first[t]) constraints.add(writer, seen[other], other);
        }
      } else
        for (let other = first[t]; other < first[t + 1]; other++)
          if (read[key[other]] === other && installs(observations, writer, key[other]))
            constraints.add(writer, seen[other], other);
    }
    if (sessions)
      for (let i = offset[t]; i < offset[t + 1]; i++)
        lastInSession.set(session[t] * keys.length + written[i], t);
  }
  return constraints;
}
