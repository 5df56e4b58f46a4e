// Brute force: is there an order of commits, and a snapshot for each transaction, that explains a history? Written
// from the definitions (Bernstein et al. 1987; Berenson et al. 1995; Daudjee & Salem 2004, 2006), without graphs.
import type { Json } from '../../../harness/history/event.ts';
import type { Micro, Txn } from './histories.ts';

/** Which transactions must be seen by a later one: none, those before in its session, those completed before it began. */
export type Strength = 'plain' | 'session' | 'strong';
export type Model = 'serializable' | 'snapshot-isolation' | 'prefix';

type State = ReadonlyMap<Json, Json>;

/** Can the history be explained by the model? Indeterminate transactions may have committed or not; what they read is free. */
export function explains(txns: readonly Txn[], model: Model, strength: Strength): boolean {
  const certain = txns.filter(({ type = 'ok' }) => type === 'ok');
  const possible = txns.filter(({ type }) => type === 'info');
  for (let chosen = 0; chosen < 1 << possible.length; chosen++) {
    const committed = [...certain, ...possible.filter((_, i) => (chosen & (1 << i)) !== 0)];
    if (someOrder(committed, [], [new Map()], model, strength)) return true;
  }
  return false;
}

/** `states[n]` the database after the first n commits of `order`. */
function someOrder(
  left: readonly Txn[],
  order: readonly Txn[],
  states: readonly State[],
  model: Model,
  strength: Strength,
): boolean {
  if (left.length === 0) return true;
  return left.some((txn) => {
    if (!snapshots(txn, left, order, model, strength).some((n) => readsMatch(txn, states[n]))) return false;
    const rest = left.filter((other) => other !== txn);
    return someOrder(
      rest,
      [...order, txn],
      [...states, after(txn, states[states.length - 1])],
      model,
      strength,
    );
  });
}

/** After how many commits `txn`, the next to commit, may have taken its snapshot. */
function snapshots(
  txn: Txn,
  left: readonly Txn[],
  order: readonly Txn[],
  model: Model,
  strength: Strength,
): number[] {
  // Whoever it must have seen has to commit first.
  if (left.some((other) => other !== txn && mustSee(txn, other, strength))) return [];
  if (model === 'serializable') return [order.length];
  let least = 0;
  order.forEach((other, n) => {
    const excluded = model === 'snapshot-isolation' ? writeTheSame(txn, other) : overtakes(other, txn);
    if (mustSee(txn, other, strength) || excluded) least = n + 1;
  });
  return Array.from({ length: order.length - least + 1 }, (_, i) => least + i);
}

function mustSee(txn: Txn, other: Txn, strength: Strength): boolean {
  if (strength === 'plain' || (other.type ?? 'ok') !== 'ok' || other.until > txn.at) return false;
  return strength === 'strong' || other.process === txn.process;
}

function writeTheSame(a: Txn, b: Txn): boolean {
  const keys = new Set(a.micro.filter(isWrite).map(([, key]) => key));
  return b.micro.some((step) => isWrite(step) && keys.has(step[1]));
}

/** Who reads a list after appending to it reads the version it installs: nobody's append comes in between. */
function overtakes(other: Txn, txn: Txn): boolean {
  return txn.micro.some(
    ([f, key], i) =>
      f === 'r' &&
      txn.micro.slice(0, i).some(([g, on]) => g === 'append' && on === key) &&
      other.micro.some(([g, on]) => g === 'append' && on === key),
  );
}

const isWrite = ([f]: Micro): boolean => f === 'append' || f === 'w';

function readsMatch(txn: Txn, snapshot: State): boolean {
  if (txn.type === 'info') return true;
  let state = snapshot;
  for (const step of txn.micro) {
    const [f, key, value] = step;
    if (isWrite(step)) state = applied(step, state);
    else if (f === 'rp') {
      if (JSON.stringify(returned(key, state)) !== JSON.stringify(value)) return false;
    } else if (JSON.stringify(state.get(key) ?? null) !== JSON.stringify(value)) return false;
  }
  return true;
}

/** What a predicate's read must return: pairs in the order of its keys. */
export function returned(predicate: Json, state: ReadonlyMap<Json, Json>): Json {
  const { keys, mod, is } = predicate as {
    readonly keys: readonly Json[];
    readonly mod?: number;
    readonly is?: number;
  };
  return keys.flatMap((key): Json[] => {
    const value = state.get(key) ?? null;
    if (value === null || (mod !== undefined && (value as number) % mod !== is)) return [];
    return [[key, value]];
  });
}

function after(txn: Txn, state: State): State {
  return txn.micro.reduce((before, step) => (isWrite(step) ? applied(step, before) : before), state);
}

function applied([f, key, value]: Micro, state: State): State {
  const old = (state.get(key) ?? []) as readonly Json[];
  return new Map(state).set(key, f === 'append' ? [...old, value] : value);
}
