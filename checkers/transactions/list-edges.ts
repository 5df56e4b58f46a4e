// Dependencies between transactions over lists, from the verified orders of versions.
import { int32 } from './growable.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL, INFO, OK } from '../../harness/history/history.ts';
import type { FoldedFindings } from '../fold.ts';
import { witnessOf } from '../fold.ts';
import { RW, WR, WW, type Edges } from './graph.ts';
import { LIST, type KeyKinds } from './kinds.ts';
import { listOf, type ListVersions } from './list-versions.ts';
import { NO_VERSION } from './list-reads.ts';
import { APPEND, READ, type Transactions } from './micro.ts';
import type { VirtualNodes } from './virtual.ts';
import { Words } from './words.ts';
import type { Writes } from './writes.ts';

/**
 * ww between writers of neighbouring versions, wr from the writer of a version to its readers, rw from readers to the
 * writer of the next version. Failed writes are passed over. Committed appends that no read shows come after all that
 * are shown, in an order unknown: the last version's writer and readers precede them all. An indeterminate transaction
 * has committed if some of its appends was read; then its other appends count like any (as wr, not ww: had it aborted
 * after all, the read of it would be the anomaly, which is no better than G1c).
 */
export function listEdges(
  transactions: Transactions,
  kinds: KeyKinds,
  versions: ListVersions,
  version: Int32Array,
  writes: Writes,
  edges: Edges,
  virtual: VirtualNodes,
  findings: FoldedFindings,
): void {
  const { count, first, status, kind, key, keys, values, owner } = transactions;
  const { offset, order, trusted, longest } = versions;
  // By slot: the writer of the last installed version up to here, and of the first one from here on; -1 if none.
  const below = int32(order.length).fill(-1);
  const above = int32(order.length).fill(-1);
  for (let k = 0; k < keys.length; k++) {
    if (kinds.of[k] !== LIST) continue;
    const base = offset[k];
    const installed = (i: number): number => {
      const m = order[base + i];
      return m < 0 || status[owner[m]] === FAIL ? -1 : owner[m];
    };
    for (let i = 0; i < longest[k].length; i++) {
      const writer = installed(i);
      below[base + i + 1] = writer < 0 ? below[base + i] : writer;
      if (i < trusted[k] && writer >= 0 && below[base + i] >= 0) edges.add(below[base + i], writer, WW);
    }
    for (let i = trusted[k] - 1; i >= 0; i--) {
      const writer = installed(i);
      above[base + i] = writer < 0 ? above[base + i + 1] : writer;
    }
  }
  const unobserved = unobservedAppends(transactions, kinds, versions);
  const groups = keys.map((_, k) => {
    if (unobserved[k].length === 0 || trusted[k] < longest[k].length) return null;
    return virtual.group(unobserved[k], edges);
  });
  groups.forEach((group, k) => {
    const writer = below[offset[k] + longest[k].length];
    if (group === null || writer < 0) return;
    const certain = unobserved[k].every((t) => status[t] === OK);
    virtual.precede(writer, group, certain ? WW : WR, edges);
  });
  const updates = new Updates(transactions, offset, order.length, findings);
  const stamp = int32(keys.length).fill(-1);
  const readBefore = int32(keys.length);
  for (let t = 0; t < count; t++) {
    if (status[t] !== OK) continue;
    for (let m = first[t]; m < first[t + 1]; m++) {
      const k = key[m];
      if (kinds.of[k] !== LIST) continue;
      const fresh = stamp[k] !== t;
      stamp[k] = t;
      if (kind[m] === APPEND) {
        if (!fresh && readBefore[k] >= 0) updates.add(readBefore[k], m, version[readBefore[k]]);
        readBefore[k] = -1;
        continue;
      }
      if (kind[m] !== READ) continue;
      if (fresh) readBefore[k] = version[m] === NO_VERSION ? -1 : m;
      const seen = version[m];
      if (seen === NO_VERSION) {
        // It disagrees with other reads, but what it saw last was there.
        const list = listOf(values[m]);
        const writer = list.length === 0 ? -1 : writes.writerOf(k, list[list.length - 1]);
        if (writer >= 0 && status[owner[writer]] !== FAIL) edges.add(owner[writer], t, WR);
        continue;
      }
      const slot = offset[k] + seen;
      if (below[slot] >= 0) edges.add(below[slot], t, WR);
      if (seen > trusted[k]) continue;
      if (above[slot] >= 0) edges.add(t, above[slot], RW);
      else {
        const group = groups[k];
        if (group !== null) virtual.precede(t, group, RW, edges);
      }
    }
  }
}

/** By key, the transactions that certainly committed an append that no read shows, ascending. */
export function unobservedAppends(
  { kind, key, keys, owner, status }: Transactions,
  kinds: KeyKinds,
  { position }: ListVersions,
): readonly number[][] {
  const observed = new Uint8Array(status.length);
  for (let m = 0; m < kind.length; m++) if (position[m] >= 0) observed[owner[m]] = 1;
  const found: number[][] = keys.map(() => []);
  for (let m = 0; m < kind.length; m++) {
    const t = owner[m];
    if (kind[m] !== APPEND || position[m] >= 0 || kinds.of[key[m]] !== LIST) continue;
    if (status[t] !== OK && !(status[t] === INFO && observed[t] === 1)) continue;
    const known = found[key[m]];
    if (known[known.length - 1] !== t) known.push(t);
  }
  return found;
}

/** Transactions that read a version of a key and then wrote the key: two from one version are a lost update. */
class Updates {
  readonly #transactions: Transactions;
  readonly #offset: Int32Array;
  readonly #first: Int32Array;
  readonly #findings: FoldedFindings;
  readonly #words: Words;

  constructor(transactions: Transactions, offset: Int32Array, slots: number, findings: FoldedFindings) {
    this.#transactions = transactions;
    this.#offset = offset;
    this.#first = int32(slots).fill(-1);
    this.#findings = findings;
    this.#words = new Words(transactions);
  }

  add(read: number, write: number, version: number): void {
    const { key, keys, owner } = this.#transactions;
    const slot = this.#offset[key[read]] + version;
    const other = this.#first[slot];
    if (other < 0) {
      this.#first[slot] = write;
      return;
    }
    if (owner[other] === owner[write]) return;
    const words = this.#words;
    const key_: Json = keys[key[read]];
    this.#findings.add('lost-update', true, key_, () => ({
      witness: witnessOf(words.index(other), words.index(write)),
      explanation:
        `${words.event(other)} and ${words.event(write)} both read ${words.key(read)} = ${words.list(read)}; then ` +
        `${words.event(other)} ${words.wrote(other)} and ${words.event(write)} ${words.wrote(write)}, neither having seen the other.`,
      evidence: { transactions: words.transactions([other, write]) },
    }));
  }
}
