// Registers: what each read returned, checked one transaction at a time, and the dependencies that can be inferred.
import { int32, sortedBy } from './growable.ts';
import { FAIL, INFO, OK } from '../../harness/history/history.ts';
import type { FoldedFindings } from '../fold.ts';
import { RW, RW_PREDICATE, RW_PREDICATE_REALTIME, RW_PROCESS, RW_REALTIME, WR, type Edges } from './graph.ts';
import { REGISTER, type KeyKinds } from './kinds.ts';
import { Absences, contradicts } from './absences.ts';
import { MISS, READ, isWriting, type Transactions } from './micro.ts';
import { RegisterReports } from './register-reports.ts';
import { placeOf, type Group, type VirtualNodes } from './virtual.ts';
import type { Writes } from './writes.ts';

/** Of a read: it saw the initial value; it cannot be told what it saw, or it says nothing new. */
export const INITIAL = -2;
export const NO_WRITE = -1;
/** It saw the initial value, unless it saw a delete that had not begun: see absences.ts. */
export const INITIAL_IN_TIME = -3;

/**
 * What registers tell of versions. Writers of a key are ordered by nothing but what is known of them:
 * - the initial value precedes every write;
 * - a transaction that reads a version and then writes the key puts its own right after it (if it did not, the
 *   version it read would come from a transaction that overwrote it: a G1c, which is graver than what is inferred);
 * - writes of one session follow each other, as far as sessions are respected (`-process`);
 * - a write that began after another completed follows it, as far as real time is (`-realtime`), or in any case where
 *   the order of writes in real time is claimed of every key.
 *
 * Of writes u before v on a key, who reads u did not see v (rw). That v follows u (ww) is not said again: the reasons
 * above are edges themselves.
 */
export interface Registers {
  /** Of each external read the write it saw, {@link INITIAL} or {@link NO_WRITE}. */
  readonly source: Int32Array;
  /** Of each write of a committed transaction, itself if it is the last to its key there, else the one that is; -1 otherwise. */
  readonly final: Int32Array;
  /** Looks at nothing that may have seen several versions. */
  readonly open: readonly number[];
  /** MISSes of a key that their transaction had read before, which may have seen what was read or a later version. */
  readonly later: readonly number[];
}

export function verifyRegisters(
  transactions: Transactions,
  kinds: KeyKinds,
  writes: Writes,
  findings: FoldedFindings,
): Registers {
  const { count, first, status, kind, key, keys, values, owner } = transactions;
  const report = new RegisterReports(transactions, findings);
  const source = int32(kind.length).fill(NO_WRITE);
  const final = finalWrites(transactions, kinds);
  const open: number[] = [];
  const later: number[] = [];
  const absences = new Absences(transactions, kinds);
  const stamp = int32(keys.length).fill(-1);
  const last = int32(keys.length);
  for (let t = 0; t < count; t++) {
    if (status[t] !== OK) continue;
    for (let m = first[t]; m < first[t + 1]; m++) {
      const k = key[m];
      if (kinds.of[k] !== REGISTER) continue;
      const known = stamp[k] === t ? last[k] : -1;
      stamp[k] = t;
      last[k] = m;
      if (isWriting(kind[m])) continue;
      if (known >= 0 && contradicts(transactions, known, m)) report.internal(known, m);
      else if (known >= 0 && kind[known] !== MISS) {
        // The same again: nothing new, but that nothing was there still.
        const isEmpty = kind[m] === MISS || values[m] === null;
        if (isEmpty && !isWriting(kind[known]) && absences.initial(m) === 'always') source[m] = INITIAL;
        else if (kind[m] === MISS && !isWriting(kind[known]) && absences.isOther(m, known)) later.push(m);
        last[k] = known;
        continue;
      }
      if (known >= 0 && isWriting(kind[known])) continue;
      if (kind[m] === MISS || values[m] === null) {
        const seen = absences.initial(m);
        if (seen !== 'always') open.push(m);
        if (seen !== 'open') source[m] = seen === 'always' ? INITIAL : INITIAL_IN_TIME;
        continue;
      }
      const writer = writes.writerOf(k, values[m]);
      if (writer < 0) report.unwritten(m);
      else if (status[owner[writer]] === FAIL) report.aborted(m, writer);
      else if (owner[writer] === t) {
        if (writer > m) report.future(m, writer);
      } else {
        source[m] = writer;
        if (final[writer] !== writer) report.intermediate(m, writer, final[writer]);
      }
    }
  }
  return { source, final, open, later };
}

/** Each write's last successor of the same transaction and key: itself, unless the transaction wrote again. */
function finalWrites({ kind, key, owner, keys }: Transactions, kinds: KeyKinds): Int32Array {
  const final = int32(kind.length).fill(-1);
  const later = int32(keys.length).fill(-1);
  for (let m = kind.length - 1; m >= 0; m--) {
    if (!isWriting(kind[m]) || kinds.of[key[m]] !== REGISTER) continue;
    const next = later[key[m]];
    final[m] = next >= 0 && owner[next] === owner[m] ? next : m;
    later[key[m]] = final[m];
  }
  return final;
}

/** @param claimed is the real-time order of writes to each key promised anyway? */
export function registerEdges(
  transactions: Transactions,
  { source, final }: Registers,
  claimed: boolean,
  edges: Edges,
  virtual: VirtualNodes,
  findings: FoldedFindings,
): void {
  const { count, status, kind, key, keys, owner, after } = transactions;
  const observed = new Uint8Array(count);
  for (const write of source) if (write >= 0) observed[owner[write]] = 1;
  const writers: number[][] = keys.map(() => []);
  for (let m = 0; m < kind.length; m++) {
    const t = owner[m];
    if (final[m] !== m || !(status[t] === OK || (status[t] === INFO && observed[t] === 1))) continue;
    writers[key[m]].push(t);
  }
  const groups: (Group | null)[] = writers.map((members) =>
    members.length === 0 ? null : virtual.group(members, edges),
  );
  const nextInSession = successors(transactions, final);
  const updaters = updatesOf(transactions, source, final);
  const updates = new RegisterReports(transactions, findings);
  updaters.forEach((same) => {
    if (same.length > 1) updates.lost(same);
  });
  for (const circle of circlesOf(updaters)) updates.circle(circle);
  const version = (m: number): number => final[source[m]];
  for (let m = 0; m < kind.length; m++) {
    const t = owner[m];
    const k = key[m];
    const group = groups[k];
    if (source[m] === NO_WRITE || status[t] !== OK) continue;
    const write = source[m];
    if (write >= 0) {
      edges.add(owner[write], t, WR);
      // A version in the middle of its transaction: the last one of it was missed.
      if (final[write] !== write) edges.add(t, owner[write], RW);
    }
    if (group === null) continue;
    if (write === INITIAL || write === INITIAL_IN_TIME) {
      virtual.precede(t, group, missedType(kind[m] === MISS, write), edges);
      continue;
    }
    for (const { update } of updaters.get(version(m)) ?? []) edges.add(t, owner[update], RW);
    const writer = owner[write];
    const next = nextInSession[final[write]];
    if (next >= 0) edges.add(t, next, RW_PROCESS);
    if (after[writer] < count)
      virtual.precede(t, group, claimed ? RW : RW_REALTIME, edges, placeOf(group.members, after[writer]));
  }
}

/** The type of the anti-dependencies of a look that saw the initial version. */
export function missedType(predicate: boolean, seen: number): number {
  if (seen === INITIAL) return predicate ? RW_PREDICATE : RW;
  return predicate ? RW_PREDICATE_REALTIME : RW_REALTIME;
}

/** A transaction that read a version and then wrote the key, by its two micro-operations. */
export interface Update {
  readonly read: number;
  readonly update: number;
}

/** By version (a final write, or -1 - key for the initial value), the ok transactions that read it and then wrote the key. */
export function updatesOf(
  { count, first, kind, key, status, keys }: Transactions,
  source: Int32Array,
  final: Int32Array,
): ReadonlyMap<number, readonly Update[]> {
  const updates = new Map<number, Update[]>();
  const read = int32(keys.length).fill(-1);
  for (let t = 0; t < count; t++) {
    if (status[t] !== OK) continue;
    for (let m = first[t]; m < first[t + 1]; m++) {
      if (
        kind[m] === READ &&
        (source[m] >= 0 || source[m] === INITIAL) &&
        (read[key[m]] < first[t] || read[key[m]] > m)
      )
        read[key[m]] = m;
      if (final[m] !== m || read[key[m]] < first[t]) continue;
      const seen = source[read[key[m]]];
      const version = seen === INITIAL ? -1 - key[m] : final[seen];
      const known = updates.get(version);
      const update = { read: read[key[m]], update: m };
      if (known === undefined) updates.set(version, [update]);
      else known.push(update);
    }
  }
  return updates;
}

/** Updates of a key each of which read what the one before it had written, and the first what the last had. */
function circlesOf(updaters: ReadonlyMap<number, readonly Update[]>): Update[][] {
  const cause = new Map<number, { readonly version: number; readonly update: Update }>();
  updaters.forEach((same, version) => {
    for (const update of same) cause.set(update.update, { version, update });
  });
  const done = new Set<number>();
  const circles: Update[][] = [];
  for (const start of cause.keys()) {
    const path: number[] = [];
    let at = start;
    for (; cause.has(at) && !done.has(at); at = cause.get(at)?.version ?? NO_WRITE) {
      done.add(at);
      path.push(at);
    }
    const begin = path.indexOf(at);
    if (begin >= 0) circles.push(path.slice(begin).flatMap((write) => cause.get(write)?.update ?? []));
  }
  return circles;
}

/** Of each final write the transaction of the same session that wrote the key next after it completed, -1 if none. */
function successors(transactions: Transactions, final: Int32Array): Int32Array {
  const { first, key, keys, session, status, after, owner } = transactions;
  const next = int32(final.length).fill(-1);
  const last = int32(keys.length).fill(-1);
  const sessions = session.reduce((most, s) => Math.max(most, s + 1), 0);
  for (const t of sortedBy(session, sessions))
    for (let m = first[t]; m < first[t + 1]; m++) {
      if (final[m] !== m || status[t] === FAIL) continue;
      const before = last[key[m]];
      if (before >= 0 && session[owner[before]] === session[t] && after[owner[before]] <= t) next[before] = t;
      if (status[t] === OK) last[key[m]] = m;
    }
  return next;
}
