import {
  CAS,
  MISMATCH,
  PENDING,
  READ,
  WRITE,
  type FailedWrite,
  type RegisterOperations,
} from './operations.ts';

/** What is wrong with what one operation observed, by definition (see `anomalies.ts`): positions of operations. */
export interface Observation {
  readonly name: 'thin-air-read' | 'failed-write-visible' | 'future-read' | 'stale-read' | 'refused-cas';
  /** The operation that observed: a read, a CAS, or a refused CAS. */
  readonly op: number;
  /** Who saw that an indeterminate CAS took effect, and so observed; else `op` itself. */
  readonly proof: number;
  /** The operation that contradicts it: the failed write (an event index), the write not yet begun, the newer write. */
  readonly other: number;
  /** Whoever proves that the value was there before `other` wrote: its writer and the first to see it, if not it. */
  readonly before: readonly number[];
}

/** What is known of when a value was in the register: see {@link observations}. */
export interface Evidence {
  /**
   * Event index by which the effect of a write or CAS had surely happened: its return, or a return of a read of it;
   * PENDING if it need not have happened.
   */
  readonly until: (write: number) => number;
  /** The operation whose return that is. */
  readonly proof: (write: number) => number;
}

interface Writers {
  /** In order of invocation. */
  readonly ops: number[];
  /** Over the writers so far: the latest `until`. */
  readonly latest: number[];
}

/**
 * Every observation of one key's operations (positions in order of invocation) that is wrong by itself, whatever the
 * values: nothing here needs unique values, and every finding is certain. O(n log n).
 */
export function observations(
  ops: RegisterOperations,
  positions: ArrayLike<number>,
  evidence: Evidence,
): Observation[] {
  const { kind, inv, ret, value, old, initial } = ops;
  const found: Observation[] = [];
  const writers = new Map<number, Writers>();
  const returned: number[] = [];
  for (let i = 0; i < positions.length; i++) {
    const op = positions[i];
    if (kind[op] !== WRITE && kind[op] !== CAS) continue;
    let of = writers.get(value[op]);
    if (!of) writers.set(value[op], (of = { ops: [], latest: [] }));
    of.latest.push(Math.max(evidence.until(op), of.latest.at(-1) ?? -1));
    of.ops.push(op);
    if (ret[op] !== PENDING) returned.push(op);
  }
  returned.sort((a, b) => ret[a] - ret[b]);
  const none: Writers = { ops: [], latest: [] };
  let r = 0;
  /** Of the writes that returned by now: the one that began last, and the one of another value that did. */
  let newest = -1;
  let newestOther = -1;
  for (let i = 0; i < positions.length; i++) {
    const op = positions[i];
    for (; r < returned.length && ret[returned[r]] < inv[op]; r++) {
      const w = returned[r];
      if (newest < 0 || inv[w] > inv[newest]) {
        if (newest >= 0 && value[newest] !== value[w]) newestOther = newest;
        newest = w;
      } else if (value[w] !== value[newest] && (newestOther < 0 || inv[w] > inv[newestOther]))
        newestOther = w;
    }
    if (kind[op] === READ) observe(op, value[op], ret[op], op);
    else if (kind[op] === CAS && evidence.until(op) !== PENDING)
      observe(op, old[op], evidence.until(op), evidence.proof(op));
  }
  found.push(...refusedWrongly(ops, positions));
  return found;

  /** `end`: the event by which it had happened, the return of `proof`. */
  function observe(op: number, seen: number, end: number, proof: number): void {
    const of = writers.get(seen) ?? none;
    // A CAS from a value to itself is among the writers of what it observed, but does not explain it.
    const self = kind[op] === CAS && value[op] === seen ? 1 : 0;
    if (of.ops.length - self === 0 && seen !== initial) {
      const failed = failedWrite(ops, op, seen);
      found.push({
        name: failed ? 'failed-write-visible' : 'thin-air-read',
        op,
        proof,
        other: failed?.inv ?? -1,
        before: [],
      });
      return;
    }
    // Writers that began before the observer returned.
    const candidates = countBefore(of.ops, inv, end);
    if (candidates - self === 0 && seen !== initial) {
      found.push({ name: 'future-read', op, proof, other: of.ops[0], before: [] });
      return;
    }
    const replacing = newest >= 0 && value[newest] === seen ? newestOther : newest;
    if (replacing < 0) return;
    const lastThere = candidates > 0 ? of.latest[candidates - 1] : -1;
    if (lastThere >= inv[replacing]) return;
    const before: number[] = [];
    if (candidates > 0) {
      const writer = of.ops[candidates - 1];
      before.push(writer);
      if (evidence.proof(writer) !== writer) before.push(evidence.proof(writer));
    }
    found.push({ name: 'stale-read', op, proof, other: replacing, before });
  }
}

/** A failed write of a value on the key of an operation. */
export function failedWrite(ops: RegisterOperations, op: number, value: number): FailedWrite | undefined {
  return ops.failed.find((w) => w.key === ops.key[op] && w.value === value);
}

/** How many of the operations (by invocation) were invoked before an event. */
function countBefore(of: readonly number[], inv: Int32Array, event: number): number {
  let from = 0;
  let to = of.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (inv[of[middle]] < event) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Refused CAS of a value that the register held from before the CAS began until after it returned. */
function refusedWrongly(ops: RegisterOperations, positions: ArrayLike<number>): Observation[] {
  if (!ops.hasMismatch) return [];
  const { kind, inv, ret, value, initial } = ops;
  const writes: number[] = [];
  /** Over the writes so far: the latest return (with its value), and the latest among those of other values. */
  const latest: { until: number; value: number; other: number }[] = [];
  const found: Observation[] = [];
  const newestOf = new Map<number, number>();
  const mismatches: number[] = [];
  for (let i = 0; i < positions.length; i++) {
    const op = positions[i];
    if (kind[op] === MISMATCH) mismatches.push(op);
    if (kind[op] !== WRITE && kind[op] !== CAS) continue;
    const until = ret[op];
    const last = latest.at(-1) ?? { until: -1, value: value[op], other: -1 };
    writes.push(op);
    if (value[op] === last.value) latest.push({ ...last, until: Math.max(last.until, until) });
    else if (until > last.until) latest.push({ until, value: value[op], other: last.until });
    else latest.push({ ...last, other: Math.max(last.other, until) });
  }
  const returned = writes.filter((w) => ret[w] !== PENDING).sort((a, b) => ret[a] - ret[b]);
  let r = 0;
  for (const op of mismatches) {
    for (; r < returned.length && ret[returned[r]] < inv[op]; r++) {
      const w = returned[r];
      const newest = newestOf.get(value[w]);
      if (newest === undefined || inv[w] > inv[newest]) newestOf.set(value[w], w);
    }
    const holder = newestOf.get(value[op]);
    const since = holder === undefined ? (value[op] === initial ? -1 : PENDING) : inv[holder];
    const others = latest[countBefore(writes, inv, ret[op]) - 1];
    const disturbed = others ? (others.value === value[op] ? others.other : others.until) : -1;
    if (since !== PENDING && (disturbed < since || (disturbed === -1 && since === -1)))
      found.push({ name: 'refused-cas', op, proof: op, other: holder ?? -1, before: [] });
  }
  return found;
}
