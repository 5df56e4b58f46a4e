import { PENDING, WRITE, type RegisterOperations } from '../linearizability/operations.ts';

/** Tells whether an operation overlaps a write of its key (positions in order of invocation); O(log n) each. */
export function overlapsWrite(
  ops: RegisterOperations,
  positions: ArrayLike<number>,
): (op: number) => boolean {
  const writes: number[] = [];
  /** Over the writes so far: the latest return. */
  const latest: number[] = [];
  for (let i = 0; i < positions.length; i++) {
    const op = positions[i];
    if (ops.kind[op] !== WRITE) continue;
    writes.push(op);
    latest.push(Math.max(ops.ret[op], latest.at(-1) ?? -1));
  }
  return (op) => {
    let from = 0;
    let to = writes.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (ops.inv[writes[middle]] < ops.ret[op]) from = middle + 1;
      else to = middle;
    }
    const until = from === 0 ? -1 : latest[from - 1];
    return until === PENDING || until > ops.inv[op];
  };
}
