import { CAS, MISMATCH, PENDING, READ, WRITE, type RegisterOperations } from './operations.ts';
import { registerProblem } from './search/register.ts';
import { search } from './search/search.ts';

/**
 * A part of one register's history that has no legal order by itself.
 *
 * - `positions` of its operations; those in `open` count as indeterminate (their results are not needed)
 * - `anyStart` it has none whatever the register held before, so that nothing before its first operation matters
 * - `failed` the operation at whose return no order was left
 */
export interface Part {
  readonly positions: readonly number[];
  readonly open: ReadonlySet<number>;
  readonly anyStart: boolean;
  readonly failed: number;
}

/** A value that no history contains. */
const OTHER = -0x80000000;

/**
 * Makes a small part of a refuted register history that is refuted by itself. Each step can only weaken what is
 * asked, so that it cannot invent a violation, and each result is searched again:
 *
 * - the end: what returned after the failing return becomes indeterminate, what began after it goes
 * - the start: what returned before a cut goes, what was open at the cut becomes indeterminate, and the register may
 *   have held anything there
 * - observations (reads, refused CAS) go one by one
 * - a value goes: everything that wrote or observed it, and the values made from it by CAS
 */
export function shrink(
  ops: RegisterOperations,
  positions: ArrayLike<number>,
  failed: number,
  budget: number,
): Part {
  const last = positions[failed];
  const end = ops.ret[last];
  const begun = Array.from(positions).filter((op) => ops.inv[op] < end);
  let part = window(-1, false);
  let size = 2;
  for (; size < begun.length; size *= 2) if (refuted(window(cutBefore(size), true))) break;
  if (size < begun.length) {
    let works = size;
    for (let fails = size / 2; works - fails > 1;) {
      const middle = (works + fails) >> 1;
      if (refuted(window(cutBefore(middle), true))) works = middle;
      else fails = middle;
    }
    part = window(cutBefore(works), true);
  }
  part = without(
    part,
    observationsOf(part).map((op) => [op]),
  );
  part = without(part, valuesOf(part));
  return part;

  function cutBefore(count: number): number {
    return ops.inv[begun[begun.length - count]];
  }

  function window(cut: number, anyStart: boolean): Part {
    const open = new Set<number>();
    const kept: number[] = [];
    for (const op of begun) {
      if (ops.ret[op] < cut) continue;
      const isOpen = ops.inv[op] < cut || ops.ret[op] > end;
      if (isOpen && (ops.kind[op] === READ || ops.kind[op] === MISMATCH)) continue;
      if (isOpen) open.add(op);
      kept.push(op);
    }
    return { positions: kept, open, anyStart, failed: last };
  }

  function refuted(candidate: Part): boolean {
    return startsOf(ops, candidate).every((initial) => {
      const problem = registerProblem(ops, candidate.positions, initial, (op) => candidate.open.has(op));
      return search(problem, budget).type === 'stuck';
    });
  }

  /** Drops each group of operations that the refutation does not need; many at a time while that works. */
  function without(from: Part, groups: readonly (readonly number[])[]): Part {
    let now = from;
    for (let chunk = Math.max(1, groups.length >> 1); ; chunk >>= 1) {
      for (let i = 0; i < groups.length; i += chunk) {
        const gone = new Set(groups.slice(i, i + chunk).flat());
        const rest = now.positions.filter((op) => !gone.has(op));
        if (rest.length === now.positions.length) continue;
        const candidate = { ...now, positions: rest };
        if (refuted(candidate)) now = candidate;
      }
      if (chunk <= 1) return now;
    }
  }

  function observationsOf({ positions }: Part): number[] {
    return positions.filter((op) => ops.kind[op] === READ || ops.kind[op] === MISMATCH);
  }

  function valuesOf({ positions, anyStart }: Part): number[][] {
    // "Not this value" may be true only because of a write of another value: such writes must stay.
    if (positions.some((op) => ops.kind[op] === MISMATCH)) return [];
    const values = new Set(positions.map((op) => ops.value[op]));
    if (!anyStart) values.delete(ops.initial);
    return [...values].map((value) => dependents(ops, positions, value));
  }
}

/** The operations that wrote or observed a value, or one that was made from it by CAS. */
function dependents(ops: RegisterOperations, positions: readonly number[], value: number): number[] {
  const values = new Set([value]);
  for (let before = 0; before !== values.size;) {
    before = values.size;
    for (const op of positions)
      if (ops.kind[op] === CAS && values.has(ops.old[op])) values.add(ops.value[op]);
  }
  return positions.filter(
    (op) => values.has(ops.value[op]) || (ops.kind[op] === CAS && values.has(ops.old[op])),
  );
}

/** What the register may have held at the start of a part: one representative of each case. */
export function startsOf(ops: RegisterOperations, { positions, anyStart }: Part): number[] {
  if (!anyStart) return [ops.initial];
  const values = new Set<number>([OTHER]);
  for (const op of positions) {
    if (ops.kind[op] !== WRITE) values.add(ops.kind[op] === CAS ? ops.old[op] : ops.value[op]);
  }
  return [...values];
}

/** Event indices that make a part: both halves of an operation, the invocation only of one that counts as open. */
export function eventsOfPart(ops: RegisterOperations, part: Part): number[] {
  const events = part.positions.flatMap((op) =>
    part.open.has(op) || ops.ret[op] === PENDING ? [ops.inv[op]] : [ops.inv[op], ops.ret[op]],
  );
  return events.sort((a, b) => a - b);
}
