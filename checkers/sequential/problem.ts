import type { Json } from '../../harness/history/event.ts';
import { OK, type History } from '../../harness/history/history.ts';
import type { Model } from '../linearizability/models/model.ts';
import {
  CAS,
  PENDING,
  READ,
  registerOperations,
  WRITE,
  type RegisterOperations,
} from '../linearizability/operations.ts';
import { objectProblem, objectsOf } from '../linearizability/search/objects.ts';
import type { Machine, Problem } from '../linearizability/search/problem.ts';
import { registerProblem } from '../linearizability/search/register.ts';
import { sessionNumbers } from '../session/registers.ts';

/** {@link OrderProblem.source} of an operation that may have read from several writes, or reads nothing. */
export const UNKNOWN = -1;
/** Of one that needs a value which nobody wrote: it has no place in any order, whatever else is left out. */
export const NOBODY = -2;

/**
 * The operations of all objects of a history, to be put into one order that respects that of each session. In order of
 * invocation; objects, chains and operations are small integers.
 *
 * - `inv` event index of each operation's invocation; `object` and `cls` which machine it steps, and how
 * - `must` 1: acknowledged; 0: indeterminate, so that it may be left out
 * - `chain`, `position` the operations of one process follow each other, up to an indeterminate one, which may take effect
 *   after all that follow it: those begin a new chain; `chains` lists them
 * - `needs(op)` operations of other chains that come before it: those of its session that had returned
 * - `source` the operation whose write it read, where only one can be; `length + object` for the initial value; else negative
 */
export interface OrderProblem {
  readonly length: number;
  readonly inv: Int32Array;
  readonly object: Int32Array;
  readonly cls: Int32Array;
  readonly must: Uint8Array;
  readonly chain: Int32Array;
  readonly position: Int32Array;
  readonly chains: readonly (readonly number[])[];
  readonly needs: (op: number) => readonly number[];
  readonly source: Int32Array;
  readonly machines: readonly Machine[];
}

/** One object of a history: its problem, and what is known of whom its operations read from. */
export interface ObjectPart {
  readonly key: number;
  readonly problem: Problem;
  /** Position in the problem of the write that an operation read from, `length` for the initial value, UNKNOWN or NOBODY. */
  readonly source: Int32Array;
}

/** The registers of a history. @throws NotOfThisModel */
export function registerParts(history: History, initial: Json): ObjectPart[] {
  const ops = registerOperations(history, initial);
  const observed = observedValues(ops);
  const byKey = new Map<number, number[]>();
  for (let op = 0; op < ops.length; op++) {
    // Taking out an indeterminate write that nobody saw leaves an order legal; "not this value" may have seen it.
    const unseen = ops.kind[op] === WRITE && ops.ret[op] === PENDING && !ops.hasMismatch;
    if (unseen && !observed.has(valueOf(ops, op, ops.value[op]))) continue;
    const list = byKey.get(ops.key[op]);
    if (list) list.push(op);
    else byKey.set(ops.key[op], [op]);
  }
  return [...byKey].map(([key, positions]) => ({
    key,
    problem: registerProblem(ops, positions),
    source: sourcesOf(ops, positions),
  }));
}

/** The objects of a model. @throws NotOfThisModel */
export function modelParts(history: History, model: Model, initial: Json): ObjectPart[] {
  return objectsOf(history, model).map((object) => ({
    key: object.key,
    problem: objectProblem(model, object, initial),
    source: new Int32Array(object.inv.length).fill(UNKNOWN),
  }));
}

function valueOf(ops: RegisterOperations, op: number, value: number): string {
  return `${ops.key[op]} ${value}`;
}

function observedValues(ops: RegisterOperations): Set<string> {
  const seen = new Set<string>();
  for (let op = 0; op < ops.length; op++) {
    if (ops.kind[op] === READ) seen.add(valueOf(ops, op, ops.value[op]));
    if (ops.kind[op] === CAS) seen.add(valueOf(ops, op, ops.old[op]));
  }
  return seen;
}

function sourcesOf(ops: RegisterOperations, positions: readonly number[]): Int32Array {
  const writer = new Map<number, number>([[ops.initial, positions.length]]);
  positions.forEach((op, i) => {
    const writes = ops.kind[op] === WRITE || ops.kind[op] === CAS;
    if (writes) writer.set(ops.value[op], writer.has(ops.value[op]) ? UNKNOWN : i);
  });
  return Int32Array.from(positions, (op) => {
    const reads = ops.kind[op] === READ ? ops.value[op] : ops.kind[op] === CAS ? ops.old[op] : undefined;
    return reads === undefined ? UNKNOWN : (writer.get(reads) ?? NOBODY);
  });
}

/** Some objects of a history as one problem; operations (by invocation) in `without` are left out. */
export function orderProblem(
  history: History,
  parts: readonly ObjectPart[],
  without: ReadonlySet<number> = new Set(),
): OrderProblem {
  const all = parts.flatMap(({ problem }, object) =>
    Array.from(problem.inv, (inv, at) => ({ inv, object, at })).filter(({ inv }) => !without.has(inv)),
  );
  all.sort((a, b) => a.inv - b.inv);
  const idOf = new Map(all.map(({ inv }, id) => [inv, id]));
  const length = all.length;
  const chainOf = new Map<number, number>();
  const chains: number[][] = [];
  const chain = new Int32Array(length);
  const position = new Int32Array(length);
  for (let id = 0; id < length; id++) {
    const process = history.process[all[id].inv];
    let c = chainOf.get(process);
    if (c === undefined) chainOf.set(process, (c = chains.push([]) - 1));
    chain[id] = c;
    position[id] = chains[c].push(id) - 1;
    if (!isOk(history, all[id].inv)) chainOf.delete(process);
  }
  const part = (id: number): ObjectPart => parts[all[id].object];
  return {
    length,
    inv: Int32Array.from(all, ({ inv }) => inv),
    object: Int32Array.from(all, ({ object }) => object),
    cls: Int32Array.from(all, ({ at }, id) => part(id).problem.cls[at]),
    must: Uint8Array.from(all, ({ at }, id) => (part(id).problem.ret[at] === PENDING ? 0 : 1)),
    chain,
    position,
    chains,
    needs: sessionNeeds(
      history,
      all.map(({ inv }) => inv),
      chain,
      position,
      chains,
    ),
    source: Int32Array.from(all, ({ at, object }, id) => {
      const { source, problem } = part(id);
      if (source[at] < 0) return source[at];
      return source[at] === problem.length ? length + object : (idOf.get(problem.inv[source[at]]) ?? UNKNOWN);
    }),
    machines: parts.map(({ problem }) => problem.machine),
  };
}

const NOTHING: readonly number[] = [];

function isOk(history: History, invocation: number): boolean {
  const end = history.pair[invocation];
  return end >= 0 && history.type[end] === OK;
}

/** For each operation, the last of each other chain of its session that had returned when it began. */
function sessionNeeds(
  history: History,
  invocations: readonly number[],
  chain: Int32Array,
  position: Int32Array,
  chains: readonly (readonly number[])[],
): (op: number) => readonly number[] {
  const numberOf = sessionNumbers(history);
  /** The last operation so far of each chain of a session. */
  const lasts = new Map<number, Map<number, number>>();
  const needs = new Map<number, readonly number[]>();
  invocations.forEach((inv, op) => {
    const session = numberOf(inv, history.pair[inv]);
    let ofSession = lasts.get(session);
    if (!ofSession) lasts.set(session, (ofSession = new Map<number, number>()));
    const before = [...ofSession].flatMap(([c, last]) => (c === chain[op] ? [] : returnedBefore(last, inv)));
    if (before.length > 0) needs.set(op, before);
    ofSession.set(chain[op], op);
  });
  return (op) => needs.get(op) ?? NOTHING;

  function returnedBefore(last: number, event: number): number[] {
    const list = chains[chain[last]];
    for (let at = position[last]; at >= 0; at--) {
      const inv = invocations[list[at]];
      if (isOk(history, inv) && history.pair[inv] < event) return [list[at]];
    }
    return [];
  }
}
