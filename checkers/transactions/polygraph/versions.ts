// The versions that a polygraph orders: those of registers, and of lists those that no read shows. Who wrote them, who
// read them, and which order is certain.
import { OK } from '../../../harness/history/history.ts';
import { Column, int32 } from '../growable.ts';
import { READ, isWriting, type Transactions } from '../micro.ts';
import type { Registers } from '../registers.ts';

/**
 * Version e is the last write of `writer[e]` to a key. Key k has the runs `runs[k] … runs[k + 1] - 1`; run r is the
 * versions `run[r] … run[r + 1] - 1`, which follow each other (they are of one session, if sessions count).
 *
 * - `reader[readers[e] … readers[e + 1] - 1]` the transactions that read version e, each once
 * - `based[e]` the version that the writer of e had read before, -1 if none
 * - `of[m]` the version that micro-operation m wrote, -1 if it did not; `write[e]` the other way round
 */
export interface Versions {
  readonly count: number;
  readonly writer: Int32Array;
  readonly runs: Int32Array;
  readonly run: Int32Array;
  readonly runOf: Int32Array;
  readonly readers: Int32Array;
  readonly reader: Int32Array;
  readonly based: Int32Array;
  readonly of: Int32Array;
  readonly write: Int32Array;
}

/**
 * @param chain of each transaction; versions of one key and chain make a run, in the order of their numbers. -1: alone
 * @param tails appends that no read shows and that have an order to be found: see tails.ts
 */
export function versionsOf(
  transactions: Transactions,
  { source, final }: Registers,
  takesPart: Uint8Array,
  chain: Int32Array,
  tails: readonly number[],
): Versions {
  const { kind, key, keys, owner, status } = transactions;
  const sorted = new Column();
  for (let m = 0; m < kind.length; m++)
    if (isWriting(kind[m]) && final[m] === m && takesPart[owner[m]] === 1) sorted.push(m);
  for (const m of tails) sorted.push(m);
  const writes = sorted.data.slice(0, sorted.length);
  const byRun = Array.from(writes).sort(
    (a, b) => key[a] - key[b] || chain[owner[a]] - chain[owner[b]] || owner[a] - owner[b],
  );
  const count = byRun.length;
  const of = int32(kind.length).fill(-1);
  const writer = int32(count);
  const runOf = int32(count);
  const runs = int32(keys.length + 1);
  const run = new Column();
  byRun.forEach((m, e) => {
    of[m] = e;
    writer[e] = owner[m];
    const before = byRun[e - 1];
    const c = chain[owner[m]];
    if (e === 0 || key[before] !== key[m] || c < 0 || chain[owner[before]] !== c) {
      run.push(e);
      runs[key[m] + 1]++;
    }
    runOf[e] = run.length - 1;
  });
  run.push(count);
  for (let k = 0; k < keys.length; k++) runs[k + 1] += runs[k];
  const { readers, reader } = readersOf(transactions, source, final, of, count);
  const based = int32(count).fill(-1);
  for (let m = 0; m < kind.length; m++) {
    if (of[m] < 0 || status[owner[m]] !== OK) continue;
    const read = firstRead(transactions, source, m);
    if (read >= 0) based[of[m]] = of[final[source[read]]];
  }
  return {
    count,
    writer,
    runs,
    run: run.data.slice(0, run.length),
    runOf,
    readers,
    reader,
    based,
    of,
    write: Int32Array.from(byRun),
  };
}

function readersOf(
  { kind, owner, status }: Transactions,
  source: Int32Array,
  final: Int32Array,
  of: Int32Array,
  count: number,
): Pick<Versions, 'readers' | 'reader'> {
  const readers = int32(count + 1);
  const reader = int32(kind.length);
  const last = int32(count).fill(-1);
  const each = (visit: (version: number, t: number) => void): void => {
    last.fill(-1);
    for (let m = 0; m < kind.length; m++) {
      const version =
        kind[m] === READ && source[m] >= 0 && status[owner[m]] === OK ? of[final[source[m]]] : -1;
      if (version < 0 || last[version] === owner[m]) continue;
      last[version] = owner[m];
      visit(version, owner[m]);
    }
  };
  each((version) => readers[version + 1]++);
  for (let e = 0; e < count; e++) readers[e + 1] += readers[e];
  const cursor = readers.slice();
  each((version, t) => (reader[cursor[version]++] = t));
  return { readers, reader };
}

/** The read of the same key by the same transaction, before the write `m`, that saw a version; -1 if none. */
function firstRead({ first, kind, key, owner }: Transactions, source: Int32Array, m: number): number {
  for (let read = first[owner[m]]; read < m; read++)
    if (key[read] === key[m] && kind[read] === READ && source[read] >= 0) return read;
  return -1;
}
