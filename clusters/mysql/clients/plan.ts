import type { Json } from '../../../harness/history/event.ts';
import * as sql from '../../sql/plan.ts';
import type { Connection } from './connection.ts';

export type Plan = sql.Plan<Connection>;
export type Planner = sql.Planner<Connection>;

/** A single statement that reads one JSON value: null when there is no row. */
export function read(text: string, values: readonly unknown[]): Plan {
  return {
    reads: true,
    run: async (connection, signal) => {
      const { rows } = await connection.run('read', text, values, signal);
      return rows.length === 0 ? null : (rows[0].value as Json);
    },
  };
}

/** A single statement in autocommit mode: sending it is sending its COMMIT. */
export function write(
  text: string,
  values: readonly unknown[],
  result: (count: number) => Json | undefined = () => undefined,
): Plan {
  return {
    reads: false,
    run: async (connection, signal) => result((await connection.run('commit', text, values, signal)).count),
  };
}

export function unknownOperation(port: string, f: string): Error {
  return sql.unknownOperation(port, 'mysql', f);
}
