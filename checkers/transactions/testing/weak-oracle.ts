// Brute force for weak models, from their definitions over visibility and arbitration (Cerone et al. 2015; Biswas &
// Enea 2019): is there a total order of commits, and for each transaction a set of earlier ones that it sees, such that
// every read returns the version of the last writer that is seen? Shares nothing with the checker.
import type { Json } from '../../../harness/history/event.ts';
import type { Micro, Txn } from './histories.ts';
import { returned } from './oracle.ts';

/**
 * What the sets must be. Read committed: each read of a key has one of its own, those of one predicate too (Adya).
 * Monotonic atomic view: they grow from operation to operation. Read atomic: one a transaction. Causal: one a transaction, closed.
 */
export type WeakModel = 'read-committed' | 'monotonic-atomic-view' | 'read-atomic' | 'causal-cerone';

/** @param sessions do transactions see those before them in their session? Of the first two: are they after them? */
export function explainsWeakly(txns: readonly Txn[], model: WeakModel, sessions: boolean): boolean {
  const certain = txns.filter(({ type = 'ok' }) => type === 'ok');
  const possible = txns.filter(({ type }) => type === 'info');
  for (let chosen = 0; chosen < 1 << possible.length; chosen++) {
    const committed = [...certain, ...possible.filter((_, i) => (chosen & (1 << i)) !== 0)];
    if (extend(committed, [], [], model, sessions)) return true;
  }
  return false;
}

/** `order` the commits so far, `visible[n]` what the n-th of them sees: a set of places in the order, as bits. */
function extend(
  left: readonly Txn[],
  order: readonly Txn[],
  visible: readonly number[],
  model: WeakModel,
  sessions: boolean,
): boolean {
  if (left.length === 0) return true;
  return left.some((txn) => {
    if (sessions && left.some((other) => precedes(other, txn))) return false;
    const rest = left.filter((other) => other !== txn);
    const before = order.reduce(
      (bits, other, n) => bits | (sessions && precedes(other, txn) ? 1 << n : 0),
      0,
    );
    const sets = subsets(order.length).filter((set) => (set & before) === before);
    if (model === 'read-committed' || model === 'monotonic-atomic-view') {
      const explained = model === 'read-committed' ? readsCommitted : readsGrow;
      return (
        explained(txn, order, subsets(order.length)) &&
        extend(rest, [...order, txn], [...visible, 0], model, sessions)
      );
    }
    return sets.some((set) => {
      const closed = order.every((_, n) => (set & (1 << n)) === 0 || (visible[n] & ~set) === 0);
      if (model === 'causal-cerone' && !closed) return false;
      if (!txn.micro.every((_, i) => matches(txn, i, order, set))) return false;
      return extend(rest, [...order, txn], [...visible, set], model, sessions);
    });
  });
}

function precedes(a: Txn, b: Txn): boolean {
  return a !== b && (a.type ?? 'ok') === 'ok' && a.process === b.process && a.until <= b.at;
}

const subsets = (n: number): number[] => Array.from({ length: 1 << n }, (_, set) => set);

/** Is there a set for each key that a step looks at? */
function readsCommitted(txn: Txn, order: readonly Txn[], sets: readonly number[]): boolean {
  return txn.micro.every(([f, on], i) => {
    const keys = f === 'rp' ? (on as { readonly keys: readonly Json[] }).keys : [on];
    return keys.every((key) => sets.some((set) => matches(txn, i, order, set, key)));
  });
}

/** Is there a set for each step, each containing the one before? */
function readsGrow(txn: Txn, order: readonly Txn[], sets: readonly number[]): boolean {
  let current: readonly number[] = [0];
  for (let i = 0; i < txn.micro.length; i++) {
    const next = sets.filter((set) => matches(txn, i, order, set));
    current = next.filter((set) => current.some((old) => (old & ~set) === 0));
    if (current.length === 0) return false;
  }
  return true;
}

/** Does step `i` return what it must when `txn` sees the transactions of `set`? Of a predicate, `only` of that key. */
function matches(txn: Txn, i: number, order: readonly Txn[], set: number, only?: Json): boolean {
  const [f, key, value] = txn.micro[i];
  if (txn.type === 'info') return true;
  if (f === 'rp') {
    const { keys } = key as { readonly keys: readonly Json[] };
    const held = new Map(keys.map((each) => [each, stateOf(txn, i, each, order, set) ?? null] as const));
    const isAsked = (pair: Json): boolean => only === undefined || (pair as readonly Json[])[0] === only;
    const seen = (pairs: Json): string => JSON.stringify((pairs as readonly Json[]).filter(isAsked));
    return seen(returned(key, held)) === seen(value);
  }
  if (f !== 'r') return true;
  const state = stateOf(txn, i, key, order, set);
  return state !== undefined && JSON.stringify(state) === JSON.stringify(value);
}

/** What the key holds for step `i` of `txn`; undefined when the step cannot be. */
function stateOf(txn: Txn, i: number, key: Json, order: readonly Txn[], set: number): Json | undefined {
  let state: Json = null;
  let last = -1;
  order.forEach((other, n) => {
    if ((set & (1 << n)) !== 0 && other.micro.some((step) => isWriteOf(step, key))) last = n;
  });
  // Who reads a list after appending to it reads the version it installs: nobody comes in between.
  const own = txn.micro.slice(0, i).filter((step) => isWriteOf(step, key));
  const between = order.slice(last + 1).some(({ micro }) => micro.some((step) => isWriteOf(step, key)));
  if (own.some(([name]) => name === 'append') && between) return undefined;
  for (let n = 0; n <= last; n++)
    for (const step of order[n].micro) if (isWriteOf(step, key)) state = applied(step, state);
  for (const step of own) state = applied(step, state);
  return state;
}

const isWriteOf = ([f, on]: Micro, key: Json): boolean => (f === 'append' || f === 'w') && on === key;

function applied([f, , value]: Micro, state: Json): Json {
  return f === 'append' ? [...((state ?? []) as readonly Json[]), value] : value;
}
