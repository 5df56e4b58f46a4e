import type { Json } from '../../harness/history/event.ts';
import { jsonText, unknownOperation, type Plan, type Planner } from './plan.ts';
import { inTransaction, type Run, type Session } from './session.ts';

/** A predicate read: which of `keys` hold a value, or, with `mod`, a number that leaves `is` when divided by it. */
export interface Predicate {
  readonly keys: readonly Json[];
  readonly mod?: number;
  readonly is?: number;
}

type MicroOperation =
  | readonly ['r' | 'w' | 'append', Json, Json]
  | readonly ['rp', Predicate & { readonly [name: string]: Json }, Json];

/** The statements of the port in one database's SQL, over a table of keys and values that are both JSON. */
export interface TransactionDialect {
  readonly cluster: string;
  readonly begin: string;
  /** Does the database refuse this isolation level on a standby? */
  readonly primaryOnly: boolean;
  /** Parameters: key. Column `v`. */
  readonly read: string;
  /** Parameters: key, value. */
  readonly write: string;
  /** Parameters: key. */
  readonly remove: string;
  /** Parameters: key, element. */
  readonly append: string;
  /** Over so many keys, which are its parameters. Columns `k`, `v`. */
  readonly present: (keys: number) => string;
  /** Further parameters: mod, is. */
  readonly remainder: (keys: number) => string;
}

/**
 * `transaction`: micro-operations between BEGIN and COMMIT, one statement each. A row's value is a list once it was
 * appended to, a register's value once it was written; a read of an absent row is null. Writing null deletes, and is
 * answered as a read of null when there was nothing to delete.
 */
export function transactions<C extends Session>(dialect: TransactionDialect): Planner<C> {
  return ({ f, value }): Plan<C> => {
    if (f !== 'txn') throw unknownOperation('transaction', dialect.cluster, f);
    const steps = value as unknown as readonly MicroOperation[];
    const reads = steps.every(([kind]) => kind === 'r' || kind === 'rp');
    return {
      reads,
      primaryOnly: dialect.primaryOnly,
      run: (session, signal) =>
        inTransaction(session, signal, { begin: dialect.begin, reads }, async (run) => {
          const done: Json[] = [];
          for (const step of steps) done.push(await micro(run, dialect, step));
          return done;
        }),
    };
  };
}

async function micro(run: Run, dialect: TransactionDialect, step: MicroOperation): Promise<Json> {
  if (step[0] === 'rp') {
    const [kind, predicate] = step;
    const { keys, mod, is } = predicate;
    const found = keys.map(jsonText);
    const { rows } = await (mod === undefined
      ? run(dialect.present(keys.length), found)
      : run(dialect.remainder(keys.length), [...found, mod, is]));
    return [kind, predicate, rows.map((row): Json => [JSON.parse(row.k as string) as Json, row.v as Json])];
  }
  const [kind, key, value] = step;
  const k = jsonText(key);
  if (kind === 'r') {
    const { rows } = await run(dialect.read, [k]);
    const found = rows.map((row) => row.v as Json);
    // Two rows under one primary key: nothing that anybody wrote, so the checker will say so.
    return ['r', key, found.length > 1 ? found : (found[0] ?? null)];
  }
  if (kind === 'w' && value === null) {
    // Who deletes what is not there has written nothing, and conflicts with nobody: it has seen that it is not there.
    const { count } = await run(dialect.remove, [k]);
    return [count === 0 ? 'r' : 'w', key, null];
  }
  await run(kind === 'w' ? dialect.write : dialect.append, [k, jsonText(value)]);
  return [kind, key, value];
}
