import { CAS, MISMATCH, PENDING, READ, type RegisterOperations } from './operations.ts';

/** No creator, parent or child. */
export const NONE = -1;
/** The creator of the value that a register holds before the first write: a write that ended before the history. */
export const INITIAL = -2;

/**
 * Clusters (Gibbons & Korach, Testing shared memories, SIAM J. Comput. 1997): one for each value of each key,
 * the operation that created the value together with those that observed it.
 *
 * - `creator` operation that wrote the value, {@link INITIAL}, or {@link NONE} (nobody wrote what was read)
 * - `lo`, `loOp` the earliest return among its operations, `hi`, `hiOp` the latest invocation (event index, operation)
 * - `parent` the cluster whose value the creating CAS replaced; `reads` how many reads
 * - `kept` 0 for a value that an indeterminate operation may have written and nobody saw: taking that operation
 *   out of a legal order leaves it legal, so such a cluster constrains nothing
 * - `via` of a kept cluster that nobody surely saw: the one that a CAS made from it, which proves that it was there
 * - `unique` per key: 0 where two operations wrote the same value, so that reads do not tell who they read from
 */
export interface Clusters {
  readonly count: number;
  readonly key: Int32Array;
  readonly creator: Int32Array;
  readonly lo: Int32Array;
  readonly loOp: Int32Array;
  readonly hi: Int32Array;
  readonly hiOp: Int32Array;
  readonly reads: Int32Array;
  readonly parent: Int32Array;
  readonly kept: Uint8Array;
  readonly via: Int32Array;
  readonly unique: Uint8Array;
  /** Cluster of each operation (that a CAS or write created, that a read observed); NONE for a mismatch. */
  readonly of: Int32Array;
}

export function clustersOf(ops: RegisterOperations): Clusters {
  const capacity = ops.length + ops.keys + 1;
  const bits = Math.max(4, Math.ceil(Math.log2(capacity * 1.5)));
  const table = new Int32Array(1 << bits);
  const mask = table.length - 1;
  const key = new Int32Array(capacity);
  const code = new Int32Array(capacity);
  const creator = new Int32Array(capacity);
  const lo = new Int32Array(capacity);
  const loOp = new Int32Array(capacity);
  const hi = new Int32Array(capacity);
  const hiOp = new Int32Array(capacity);
  const reads = new Int32Array(capacity);
  const parent = new Int32Array(capacity);
  const of = new Int32Array(ops.length);
  const unique = new Uint8Array(ops.keys).fill(1);
  let count = 0;

  /** The cluster of a value of a key: open addressing on the pair. */
  function find(k: number, v: number): number {
    let h = Math.imul(v ^ Math.imul(k, 0x85ebca6b), 0x9e3779b1) >>> (32 - bits);
    for (; ; h = (h + 1) & mask) {
      const c = table[h] - 1;
      if (c < 0) break;
      if (code[c] === v && key[c] === k) return c;
    }
    const c = count++;
    table[h] = c + 1;
    key[c] = k;
    code[c] = v;
    const isInitial = v === ops.initial;
    creator[c] = isInitial ? INITIAL : NONE;
    lo[c] = isInitial ? -1 : PENDING;
    loOp[c] = isInitial ? INITIAL : NONE;
    hi[c] = -2;
    hiOp[c] = isInitial ? INITIAL : NONE;
    parent[c] = NONE;
    return c;
  }

  for (let i = 0; i < ops.length; i++) {
    const kind = ops.kind[i];
    if (kind === MISMATCH) {
      of[i] = NONE;
      continue;
    }
    const c = find(ops.key[i], ops.value[i]);
    of[i] = c;
    if (kind === READ) reads[c]++;
    else {
      if (creator[c] === NONE) creator[c] = i;
      else unique[ops.key[i]] = 0;
      if (kind === CAS) parent[c] = find(ops.key[i], ops.old[i]);
    }
    if (ops.ret[i] < lo[c]) {
      lo[c] = ops.ret[i];
      loOp[c] = i;
    }
    if (ops.inv[i] > hi[c]) {
      hi[c] = ops.inv[i];
      hiOp[c] = i;
    }
  }
  const kept = new Uint8Array(count);
  const via = new Int32Array(count);
  for (let c = 0; c < count; c++) {
    const surely = reads[c] > 0 || (creator[c] >= 0 && ops.ret[creator[c]] !== PENDING);
    // A value that was seen, or surely written by a CAS, proves that what the CAS replaced was there.
    if (!surely) continue;
    for (let up = c, from = NONE; up !== NONE && kept[up] === 0; from = up, up = parent[up]) {
      kept[up] = 1;
      via[up] = from;
    }
  }
  return { count, key, creator, lo, loOp, hi, hiOp, reads, parent, kept, via, unique, of };
}
