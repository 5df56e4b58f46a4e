// One pass over what committed transactions read from lists: what is wrong with a single transaction or a pair.
import { int32 } from './growable.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL, OK } from '../../harness/history/history.ts';
import type { FoldedFindings } from '../fold.ts';
import { witnessOf } from '../fold.ts';
import { LIST, type KeyKinds } from './kinds.ts';
import { commonPrefix, listOf, type ListVersions } from './list-versions.ts';
import { APPEND, type Transactions } from './micro.ts';
import { Words } from './words.ts';
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

/** Per key, the first place in the order whose element a failed transaction appended, or nobody; past the end if none. */
function flawsOf(
  { keys, owner, status }: Transactions,
  kinds: KeyKinds,
  { order, offset, longest, longestRead, position }: ListVersions,
  report: ListReports,
): { readonly failed: Int32Array; readonly unwritten: Int32Array } {
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

/** The findings of {@link verifyLists}, in words. */
class ListReports {
  readonly #transactions: Transactions;
  readonly #versions: ListVersions;
  readonly #writes: Writes;
  readonly #findings: FoldedFindings;
  readonly #words: Words;

  constructor(transactions: Transactions, versions: ListVersions, writes: Writes, findings: FoldedFindings) {
    this.#transactions = transactions;
    this.#versions = versions;
    this.#writes = writes;
    this.#findings = findings;
    this.#words = new Words(transactions);
  }

  future(read: number, append: number): void {
    const w = this.#words;
    this.#add(
      'future-read',
      read,
      [read],
      () => `${w.did(read)}, which holds ${w.value(append)} that it appended only afterwards`,
    );
  }

  incompatible(read: number, list: readonly Json[], agreed: number): void {
    const w = this.#words;
    const other = this.#versions.longestRead[this.#transactions.key[read]];
    this.#add('incompatible-order', read, [read, other], () => {
      const duplicate = list.findIndex((e, i) => list.indexOf(e) < i);
      return duplicate >= 0 && agreed <= duplicate
        ? `${w.did(read)}, but ${w.did(other)}: neither is a prefix of the other`
        : `${w.did(read)}, but ${w.did(other)}: they differ at element ${agreed + 1}, so no one order of appends explains both`;
    });
    const dup = this.#duplicateIn(list);
    if (dup !== null) this.#reportDuplicate(read, dup);
    for (const element of list.slice(agreed)) {
      const writer = this.#writes.writerOf(this.#transactions.key[read], element);
      if (writer < 0) this.unwritten(read, element);
      else if (this.#transactions.status[this.#transactions.owner[writer]] === FAIL)
        this.aborted(read, writer);
    }
  }

  reordered(read: number, first: number, second: number): void {
    const w = this.#words;
    this.#add(
      'incompatible-order',
      read,
      [first, read],
      () =>
        `${w.did(read)}, with ${w.value(first)} after ${w.value(second)}, which ${w.event(first)} appended in the other order`,
    );
  }

  aborted(read: number, append: number): void {
    const w = this.#words;
    this.#add(
      'G1a',
      read,
      [append, read],
      () => `${w.did(read)}, but ${w.event(append)}, which appended ${w.value(append)}, failed`,
    );
  }

  unwritten(read: number, element: Json): void {
    const w = this.#words;
    this.#add(
      'unwritten-read',
      read,
      [read],
      () => `${w.did(read)}, but nobody appended ${JSON.stringify(element)}`,
    );
  }

  intermediate(read: number, writer: number, final: number): void {
    const w = this.#words;
    this.#add(
      'G1b',
      read,
      [writer, read],
      () =>
        `${w.did(read)}, a version in the middle of ${w.event(writer)}, which went on to append ${w.value(final)}`,
    );
  }

  ownMissing(read: number, own: number): void {
    const w = this.#words;
    this.#add(
      'internal',
      read,
      [read],
      () => `${w.did(read)} after it had itself appended ${w.value(own)}, which should be at the end`,
    );
  }

  changed(before: number, read: number): void {
    const w = this.#words;
    this.#add(
      'internal',
      read,
      [read],
      () => `${w.did(before)}, and then ${w.list(read)}: what others appended changed within one transaction`,
    );
  }

  duplicate(read: number, append: number, once: number, again: number): void {
    const w = this.#words;
    this.#add(
      'duplicate-elements',
      read,
      [append, read],
      () => `${w.did(read)}, in which ${w.value(append)} is both element ${once + 1} and ${again + 1}`,
    );
  }

  dirtyUpdate(read: number, dirty: number, clean: number): void {
    const w = this.#words;
    this.#add(
      'dirty-update',
      read,
      [dirty, clean, read],
      () =>
        `${w.did(read)}: ${w.event(clean)} committed ${w.value(clean)} on top of ${w.value(dirty)}, ` +
        `although ${w.event(dirty)}, which appended it, failed`,
    );
  }

  #duplicateIn(list: readonly Json[]): readonly [number, number] | null {
    const seen = new Map<Json, number>();
    for (const [i, element] of list.entries()) {
      const once = seen.get(element);
      if (once !== undefined) return [once, i];
      seen.set(element, i);
    }
    return null;
  }

  #reportDuplicate(read: number, [once, again]: readonly [number, number]): void {
    const append = this.#writes.writerOf(
      this.#transactions.key[read],
      listOf(this.#transactions.values[read])[once],
    );
    if (append >= 0) this.duplicate(read, append, once, again);
  }

  #add(name: string, at: number, involved: readonly number[], sentence: () => string): void {
    const key = this.#transactions.keys[this.#transactions.key[at]];
    this.#findings.add(name, true, key, () => ({
      witness: witnessOf(...involved.map((m) => this.#words.index(m))),
      explanation: `${sentence()}.`,
      evidence: { transactions: this.#words.transactions(involved) },
    }));
  }
}
