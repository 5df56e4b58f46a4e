import { CAS, MISMATCH, PENDING, READ, WRITE, type RegisterOperations } from '../operations.ts';
import type { Machine, Problem } from './problem.ts';

/**
 * Some of the operations of one register (positions, in order of invocation) as a search problem; operations of which
 * `isOpen` holds count as indeterminate whatever they returned.
 */
export function registerProblem(
  ops: RegisterOperations,
  positions: ArrayLike<number>,
  initial: number = ops.initial,
  isOpen: (op: number) => boolean = () => false,
): Problem {
  return problemOf(registerData(ops, positions, initial, isOpen));
}

/** A register's problem as data: classes by kind, value and old value, all as small integers. */
export interface RegisterData extends Omit<Problem, 'machine' | 'length'> {
  readonly kind: readonly number[];
  readonly value: readonly number[];
  readonly old: readonly number[];
  readonly initial: number;
}

export function problemOf({ kind, value, old, initial, ...operations }: RegisterData): Problem {
  const machine = registerMachine(kind, value, old, initial);
  return { ...operations, length: operations.inv.length, machine };
}

export function registerData(
  ops: RegisterOperations,
  positions: ArrayLike<number>,
  initial: number = ops.initial,
  isOpen: (op: number) => boolean = () => false,
): RegisterData {
  const length = positions.length;
  const inv = new Int32Array(length);
  const ret = new Int32Array(length);
  const cls = new Int32Array(length);
  const optional = new Uint8Array(length);
  const states = new Map<number, number>();
  const stateOf = (value: number): number => idOf(states, value);
  const classes = new Map<number, number>();
  const kind: number[] = [];
  const value: number[] = [];
  const old: number[] = [];
  const start = stateOf(initial);
  for (let i = 0; i < length; i++) {
    const op = positions[i];
    inv[i] = ops.inv[op];
    ret[i] = isOpen(op) ? PENDING : ops.ret[op];
    optional[i] = ret[i] === PENDING ? 1 : 0;
    const k = ops.kind[op];
    const v = stateOf(ops.value[op]);
    const o = k === CAS ? stateOf(ops.old[op]) : 0;
    cls[i] = idOf(classes, (o * 0x400000 + v) * 4 + k);
    if (cls[i] === kind.length) {
      kind.push(k);
      value.push(v);
      old.push(o);
    }
  }
  return { inv, ret, cls, optional, kind, value, old, initial: start };
}

/** Classes given by kind, value and old value, all as small integers. */
function registerMachine(
  kind: readonly number[],
  value: readonly number[],
  old: readonly number[],
  initial: number,
): Machine {
  const flags = (test: (k: number) => boolean): Uint8Array => Uint8Array.from(kind, (k) => (test(k) ? 1 : 0));
  const writes = flags((k) => k === WRITE);
  const step = (state: number, c: number): number => {
    switch (kind[c]) {
      case WRITE:
        return value[c];
      case READ:
        return state === value[c] ? state : -1;
      case CAS:
        return state === old[c] ? value[c] : -1;
      default:
        return state === value[c] ? -1 : state;
    }
  };
  return { initial, step, pure: flags((k) => k === READ || k === MISMATCH), total: writes, blind: writes };
}

function idOf(ids: Map<number, number>, value: number): number {
  const known = ids.get(value);
  if (known !== undefined) return known;
  ids.set(value, ids.size);
  return ids.size - 1;
}
