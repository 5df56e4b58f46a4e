import { jsonText, unknownOperation, write, type Planner } from './plan.ts';
import type { Rows, Session } from './session.ts';

/** The statements of the port in one database's SQL, over a table of counters (`k`, `n`). */
export interface CounterDialect {
  readonly cluster: string;
  /** Parameters: counter, amount. Makes a counter that is not there. */
  readonly add: string;
  /** Parameters: counter. Column `n`. */
  readonly read: string;
}

/** `counter`: a row each, raised in one statement; a read of none is 0. */
export function counter<C extends Session>(dialect: CounterDialect): Planner<C> {
  return ({ f, key, value }) => {
    const k = jsonText(key);
    switch (f) {
      case 'add':
        return write(dialect.add, [k, Number(value)]);
      case 'read':
        return {
          reads: true,
          run: async (session, signal) => {
            const { rows } = await session.run('read', dialect.read, [k], signal);
            return rows.length === 0 ? 0 : Number(rows[0].n);
          },
        };
      default:
        throw unknownOperation('counter', dialect.cluster, f);
    }
  };
}

/** The statement of the port in one database's SQL. */
export interface IdsDialect {
  readonly cluster: string;
  /** Parameters: object. Inserts a row whose primary key the database chooses. */
  readonly insert: string;
  /** What it chose. */
  readonly id: (inserted: Rows) => unknown;
}

/** `ids`: a row each. Its id is the primary key, and told once the row is committed. */
export function ids<C extends Session>({ cluster, insert, id }: IdsDialect): Planner<C> {
  return ({ f, key }) => {
    if (f !== 'generate') throw unknownOperation('ids', cluster, f);
    return {
      reads: false,
      run: async (session, signal) =>
        Number(id(await session.run('commit', insert, [jsonText(key)], signal))),
    };
  };
}
