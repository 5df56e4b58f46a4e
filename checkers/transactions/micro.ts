// A history of transactions in columns: one pass over its events.
import { identityOf } from '../../harness/history/dictionary.ts';
import { NEMESIS, type Json } from '../../harness/history/event.ts';
import { INFO, INVOKE, OK, type History } from '../../harness/history/history.ts';
import { int32 } from './growable.ts';
import { keysOf, predicateRead } from './predicates.ts';

export const READ = 0;
export const APPEND = 1;
export const WRITE = 2;
/** A key that a predicate's read (`rp`) did not return. Those that it did return are reads like any. */
export const MISS = 3;

export const isWriting = (kind: number): boolean => kind === APPEND || kind === WRITE;

const KINDS: Readonly<Record<string, number>> = { r: READ, append: APPEND, w: WRITE };

/**
 * Transactions by number, in the order of their invocations; micro-operations by number, `first[t] … first[t+1]-1`
 * those of transaction t, `owner[m]` the transaction of m.
 *
 * - `invoke`, `complete` events; complete -1 = it never completed; `status` OK, FAIL or INFO
 * - `after` the first transaction invoked after this one completed ok (`count` if none): real-time order
 * - `session` numbered; without one of its own a process is its session
 * - `previous` the last transaction of its session that completed ok before it was invoked, -1 if none
 * - `kind`, `key` (number in `keys`), `values` of micro-operations: what was read, appended or written. Those of
 *   transactions that are not ok are the invocation's: what they read is not known
 * - `joined[m]` 1 if m is of the same operation as m - 1
 * - a predicate's read is a read of each key that it returned and a MISS, with the predicate as its value, of each
 *   other key it looked at
 */
export interface Transactions {
  readonly count: number;
  readonly invoke: Int32Array;
  readonly complete: Int32Array;
  readonly status: Uint8Array;
  readonly after: Int32Array;
  readonly session: Int32Array;
  readonly previous: Int32Array;
  readonly first: Int32Array;
  readonly owner: Int32Array;
  readonly kind: Uint8Array;
  readonly joined: Uint8Array;
  readonly key: Int32Array;
  readonly values: readonly Json[];
  readonly keys: readonly Json[];
  readonly history: History;
}

/** By transaction: does it only read? */
export function readers({ count, first, kind }: Transactions): Uint8Array {
  const isReader = new Uint8Array(count);
  for (let t = 0; t < count; t++) {
    let m = first[t];
    while (m < first[t + 1] && !isWriting(kind[m])) m++;
    isReader[t] = m === first[t + 1] ? 1 : 0;
  }
  return isReader;
}

/** The event that stands for transaction `t` in explanations: its completion, or its invocation if it has none. */
export function eventOf({ invoke, complete }: Transactions, t: number): number {
  return complete[t] < 0 ? invoke[t] : complete[t];
}

/** Why a history cannot be judged as one of transactions, in one sentence. */
export class NotTransactions extends Error {}

/** @throws NotTransactions when a `txn` does not hold micro-operations `[f, key, value]`. */
export function transactionsOf(history: History): Transactions {
  const f = history.functions.idOf('txn');
  let count = 0;
  for (let i = 0; i < history.length; i++)
    if (history.f[i] === f && history.type[i] === INVOKE && history.process[i] !== NEMESIS) count++;
  const invoke = int32(count);
  const complete = int32(count).fill(-1);
  const status = new Uint8Array(count).fill(INFO);
  const after = int32(count).fill(count);
  const previous = int32(count).fill(-1);
  const numberOf = int32(history.length).fill(-1);
  const session = int32(count);
  const sessions = new Map<number | string, number>();
  const lastOk: number[] = [];
  let t = 0;
  for (let i = 0; i < history.length; i++) {
    if (history.f[i] !== f || history.process[i] === NEMESIS) continue;
    if (history.type[i] === INVOKE) {
      invoke[t] = i;
      numberOf[i] = t;
      session[t] = numbered(sessions, sessionOf(history, i));
      previous[t] = lastOk[session[t]] ?? -1;
      t++;
      continue;
    }
    const done = numberOf[history.pair[i]];
    complete[done] = i;
    status[done] = history.type[i];
    if (history.type[i] !== OK) continue;
    after[done] = t;
    lastOk[session[done]] = done;
  }
  return {
    count,
    invoke,
    complete,
    status,
    after,
    session,
    previous,
    ...microOf(history, invoke, complete, status),
    history,
  };
}

function sessionOf(history: History, invocation: number): number | string {
  const session = history.sessions.get(invocation);
  return session === undefined ? history.process[invocation] : `session ${session}`;
}

function numbered(numbers: Map<number | string, number>, name: number | string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}

type Micro = Pick<Transactions, 'first' | 'owner' | 'kind' | 'joined' | 'key' | 'values' | 'keys'>;

function microOf(history: History, invoke: Int32Array, complete: Int32Array, status: Uint8Array): Micro {
  const count = invoke.length;
  const valueEvent = (t: number): number => (status[t] === OK ? complete[t] : invoke[t]);
  const first = int32(count + 1);
  for (let t = 0; t < count; t++) {
    first[t + 1] = first[t];
    for (const step of stepsOf(history, valueEvent(t))) first[t + 1] += widthOf(step, status[t] === OK);
  }
  const owner = int32(first[count]);
  const kind = new Uint8Array(first[count]);
  const joined = new Uint8Array(first[count]);
  const key = int32(first[count]);
  const values = new Array<Json>(first[count]);
  const keys: Json[] = [];
  const keyNumber = new Map<unknown, number>();
  let m = 0;
  for (let t = 0; t < count; t++) {
    const at = valueEvent(t);
    for (const step of stepsOf(history, at)) {
      if (!Array.isArray(step) || step.length < 2)
        throw malformed(at, 'a micro-operation is not [f, key, value]');
      const [name, on, value] = step as readonly Json[];
      if (name === 'rp') {
        const found = predicateRead(on, value);
        if (typeof found === 'string') throw malformed(at, found);
        const begin = m;
        if (status[t] === OK)
          for (const look of found) add(t, look.returned ? READ : MISS, look.key, look.value);
        joined.fill(1, begin + 1, Math.max(begin + 1, m));
        continue;
      }
      const what = KINDS[name as string];
      if (what === undefined)
        throw malformed(at, `micro-operation ${JSON.stringify(name)} is none of "r", "rp", "append" and "w"`);
      add(t, what, on, what === READ && status[t] !== OK ? null : (value ?? null));
    }
  }
  return { first, owner, kind, joined, key, values, keys };

  function add(t: number, what: number, on: Json, value: Json): void {
    const identity = typeof on === 'object' ? identityOf(on) : on;
    let number = keyNumber.get(identity);
    if (number === undefined) {
      number = keys.length;
      keyNumber.set(identity, number);
      keys.push(on);
    }
    owner[m] = t;
    kind[m] = what;
    key[m] = number;
    values[m++] = value;
  }
}

/** How many columns a micro-operation takes: that of a predicate one a key, if it is known what it returned. */
function widthOf(step: Json, known: boolean): number {
  if (!Array.isArray(step) || step[0] !== 'rp') return 1;
  return known ? keysOf(step[1] as Json).length : 0;
}

/** The micro-operations of an event. */
function stepsOf(history: History, index: number): readonly Json[] {
  const steps = history.values[index];
  if (!Array.isArray(steps)) throw malformed(index, 'its value is not a list of micro-operations');
  return steps as readonly Json[];
}

function malformed(index: number, what: string): NotTransactions {
  return new NotTransactions(
    `transaction #${index}: ${what}; see docs/transactions.md for the shape of a transaction`,
  );
}
