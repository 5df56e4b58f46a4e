import type { Json } from '../../harness/history/event.ts';
import type { Operation } from '../../harness/generator/types.ts';

/** One operation as SQL: where it may go, and what it does on a connection. */
export interface Plan<C> {
  /** Changes nothing, so that it may be asked of a standby. */
  readonly reads: boolean;
  /** Needs a primary although it reads: the database refuses it on a standby. */
  readonly primaryOnly?: boolean;
  /** Resolves with the value of the `ok`, undefined for the invocation's own. @throws Failed */
  run(connection: C, signal: AbortSignal): Promise<Json | undefined>;
}

/** Turns a port's operations into SQL. */
export type Planner<C> = (operation: Operation) => Plan<C>;

/** Keys and values go as JSON text, so that `1` and `"1"` stay apart. */
export function jsonText(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}

export function unknownOperation(port: string, cluster: string, f: string): Error {
  return new Error(`The ${port} port of ${cluster} has no operation "${f}".`);
}
