import type { Json } from '../../harness/history/event.ts';
import type { Operation } from '../../harness/generator/types.ts';
import type { Session } from './session.ts';

/** A connection, and the node that it leads to. */
export interface Reached<C> {
  readonly node: string;
  readonly connection: C;
}

/** One operation as SQL: where it may go, and what it does on a connection. */
export interface Plan<C> {
  /** Changes nothing, so that it may be asked of a standby. */
  readonly reads: boolean;
  /** Needs a primary although it reads: the database refuses it on a standby. */
  readonly primaryOnly?: boolean;
  /** It must go there, whatever the routing says, and although that may be broken: it is about this very session. */
  readonly on?: Reached<C> | undefined;
  /** Resolves with the value of the `ok`, undefined for the invocation's own. @throws Failed */
  run(connection: C, signal: AbortSignal, node: string): Promise<Json | undefined>;
}

/** Turns a port's operations into SQL. */
export type Planner<C> = (operation: Operation) => Plan<C>;

/** A single statement that reads one JSON value: null when there is no row. */
export function read<C extends Session>(text: string, values: readonly unknown[]): Plan<C> {
  return {
    reads: true,
    run: async (connection, signal) => {
      const { rows } = await connection.run('read', text, values, signal);
      return rows.length === 0 ? null : (rows[0].value as Json);
    },
  };
}

/** A single statement in autocommit mode: sending it is sending its COMMIT. */
export function write<C extends Session>(
  text: string,
  values: readonly unknown[],
  result: (count: number) => Json | undefined = () => undefined,
): Plan<C> {
  return {
    reads: false,
    run: async (connection, signal) => result((await connection.run('commit', text, values, signal)).count),
  };
}

/** Keys and values go as JSON text, so that `1` and `"1"` stay apart. */
export function jsonText(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}

export function unknownOperation(port: string, cluster: string, f: string): Error {
  return new Error(`The ${port} port of ${cluster} has no operation "${f}".`);
}
