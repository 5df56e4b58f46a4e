// One pass over what committed transactions read from lists: what is wrong with a single transaction or a pair.
import { int32 } from './growable.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL, OK } from '../../harness/history/history.ts';
import type { FoldedFindings } from '../fold.ts';
import { LIST, type KeyKinds } from './kinds.ts';
import { commonPrefix, listOf, type ListVersions } from './list-versions.ts';
import { APPEND, type Transactions } from './micro.ts';
import { ListReports } from './list-reports.ts';
import { sameValue, type Writes } from './writes.ts';

/** A read whose version cannot be told: its own appends are not where they must be, or it disagrees with the order. */
export const NO_VERSION = -1;

/**
 * Of each read of a list in an ok transaction, the version it saw of what others wrote: how many elements, without
 * the transaction's own appends at the end; {@link NO_VERSION} for all other micro-operations. Findings on the way:
 * internal, G1a, G1b, duplicate-elements, incompatible-order, future-read, dirty-update, unwritten-read. Where reads
 * disagree, `trusted` of the versions shrinks to what they agree on.
 */
export function verifyLists(
  transactions: Transactions,
  kinds: KeyKinds,
  versions: ListVersions,
  writes: Writes,
  findings: FoldedFindings,
): Int32Array {
  const { count, first, status, kind, key, keys, values, owner } = transactions;
  const { longest, order, offset, position, trusted } = versions;
  const report = new ListReports(transactions, versions, writes, findings);
  const version = int32(kind.length).fill(NO_VERSION);
  const finalAppend = finalAppends(transactions);
  const flaws = flawsOf(transactions, kinds, versions, report);
  // What the transaction at hand knows of a key: valid where stamp[k] is its number.
  const stamp = int32(keys.length).fill(-1);
  const ownLast = int32(keys.length);
  const ownCount = int32(keys.length);
  const lastRead = int32(keys.length);
  const ownBefore = int32(kind.length);
  for (let t = 0; t < count; t++) {
    if (status[t] !== OK) continue;
    for (let m = first[t]; m < first[t + 1]; m++) {
      const k = key[m];
      if (kinds.of[k] !== LIST) continue;
      if (stamp[k] !== t) {
        stamp[k] = t;
        ownLast[k] = lastRead[k] = -1;
        ownCount[k] = 0;
      }
      if (kind[m] === APPEND) {
        const seen = lastRead[k] < 0 ? NO_VERSION : version[lastRead[k]];
        if (position[m] >= 0 && position[m] < seen) report.future(lastRead[k], m);
        ownBefore[m] = ownLast[k];
        ownLast[k] = m;
        ownCount[k]++;
        continue;
      }
      const list = listOf(values[m]);
      const full = longest[k];
      let agreed = 0;
      while (agreed < list.length && list[agreed] === full[agreed]) agreed++;
      if (agreed < list.length) agreed = commonPrefix(list, full);
      if (agreed < list.length) {
        if (trusted[k] > agreed) trusted[k] = agreed;
        report.incompatible(m, list, agreed);
      }
      if (list.length > flaws.failed[k]) report.aborted(m, order[offset[k] + flaws.failed[k]]);
      if (list.length > flaws.unwritten[k]) report.unwritten(m, full[flaws.unwritten[k]]);
      const external = list.length - ownCount[k];
      if (!endsWithOwn(values, list, ownLast[k], ownBefore)) report.ownMissing(m, ownLast[k]);
      else if (agreed === list.length) {
        version[m] = external;
        const writer = external === 0 ? -1 : order[offset[k] + external - 1];
        if (
          writer >= 0 &&
          finalAppend[writer] !== writer &&
          owner[writer] !== t &&
          status[owner[writer]] !== FAIL
        )
          report.intermediate(m, writer, finalAppend[writer]);
      }
      const before = lastRead[k];
      if (before >= 0 && !sameExternal(values, version, before, m, ownCount[k])) report.changed(before, m);
      lastRead[k] = m;
    }
  }
  return version;
}

/** Each append's last successor of the same transaction and key: itself, unless the transaction appended again. */
function finalAppends({ kind, key, owner, keys }: Transactions): Int32Array {
  const final = int32(kind.length).fill(-1);
  const later = int32(keys.length).fill(-1);
  for (let m = kind.length - 1; m >= 0; m--) {
    if (kind[m] !== APPEND) continue;
    const next = later[key[m]];
    final[m] = next >= 0 && owner[next] === owner[m] ? next : m;
    later[key[m]] = final[m];
  }
  return final;
}

/** Each append's predecessor of the same transaction and key, -1 if it has none. */
function earlierAppends({ kind, key, owner, keys }: Transactions): Int32Array {
  const earlier = int32(kind.length).fill(-1);
  const last = int32(keys.length).fill(-1);
  for (let m = 0; m < kind.length; m++) {
    if (kind[m] !== APPEND) continue;
    const before = last[key[m]];
    if (before >= 0 && owner[before] === owner[m]) earlier[m] = before;
    last[key[m]] = m;
  }
  return earlier;
}

/** Per key, the first place in the order whose element a failed transaction appended, or nobody; past the end if none. */
function flawsOf(
  transactions: Transactions,
  kinds: KeyKinds,
  { order, offset, longest, longestRead, position }: ListVersions,
  report: ListReports,
): { readonly failed: Int32Array; readonly unwritten: Int32Array } {
  const { keys, owner, status } = transactions;
  const earlier = earlierAppends(transactions);
  const failed = int32(keys.length).fill(0x7fffffff);
  const unwritten = failed.slice();
  for (let k = 0; k < keys.length; k++) {
    if (kinds.of[k] !== LIST) continue;
    let dirty = -1;
    for (let i = 0; i < longest[k].length; i++) {
      const m = order[offset[k] + i];
      if (m < 0) {
        if (unwritten[k] > i) unwritten[k] = i;
        continue;
      }
      const below = i === 0 ? -1 : order[offset[k] + i - 1];
      if (below > m && owner[below] === owner[m]) report.reordered(longestRead[k], m, below);
      if (earlier[m] >= 0 && position[earlier[m]] < 0) report.torn(longestRead[k], earlier[m], m);
      if (position[m] !== i) report.duplicate(longestRead[k], m, position[m], i);
      if (status[owner[m]] === FAIL) {
        if (failed[k] > i) failed[k] = i;
        if (dirty < 0) dirty = m;
      } else if (dirty >= 0 && status[owner[m]] === OK) {
        report.dirtyUpdate(longestRead[k], dirty, m);
        dirty = -1;
      }
    }
  }
  return { failed, unwritten };
}

/** Does `list` end with what the transaction itself had appended, in that order? */
function endsWithOwn(
  values: readonly Json[],
  list: readonly Json[],
  last: number,
  before: Int32Array,
): boolean {
  let i = list.length - 1;
  for (let m = last; m >= 0; m = before[m], i--) if (i < 0 || !sameValue(list[i], values[m])) return false;
  return true;
}

/** Did two reads of one transaction see the same of others? `own`: its own appends before the second one. */
function sameExternal(
  values: readonly Json[],
  version: Int32Array,
  before: number,
  now: number,
  own: number,
): boolean {
  if (version[before] >= 0 && version[now] >= 0) return version[before] === version[now];
  const [a, b] = [listOf(values[before]), listOf(values[now])];
  // Own appends cannot be told apart in a read that lacks them: that has been reported as such.
  return own > 0 || (a.length === b.length && commonPrefix(a, b) === a.length);
}
