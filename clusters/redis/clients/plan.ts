import type { Json } from '../../../harness/history/event.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { Failed, type Phase } from '../../kit/error-table.ts';
import type { Answer } from './connection.ts';

/** Whoever passes commands on to a server: one connection, or several among which keys decide. */
export interface Caller {
  /** False when it will never answer again. */
  readonly usable: boolean;
  /** @throws Failed in the given phase; `answered` when it was the server that refused. */
  call(phase: Phase, command: readonly (string | number)[], signal: AbortSignal | null): Promise<Answer>;
}

/** One operation as commands: where it may go, and what it does there. */
export interface Plan {
  /** Changes nothing, so that a replica may be asked. */
  readonly reads: boolean;
  /** Resolves with the value of the `ok`, undefined for the invocation's own. @throws Failed */
  run(connection: Caller, signal: AbortSignal): Promise<Json | undefined>;
}

/** Turns a port's operations into commands. One a process. */
export interface Planner {
  readonly plan: (operation: Operation) => Plan;
  readonly end?: () => void;
}

/** What has to confirm a write after the primary did. @throws Failed in phase `write` when fewer did */
export type Acknowledge = (connection: Caller, signal: AbortSignal) => Promise<void>;

/** Keys and values go as JSON text, so that `1` and `"1"` stay apart. */
export function jsonText(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}

export function parsed(answer: unknown): Json {
  return typeof answer === 'string' ? (JSON.parse(answer) as Json) : null;
}

export function read(command: readonly (string | number)[], value: (answer: Answer) => Json): Plan {
  return {
    reads: true,
    run: async (connection, signal) => value(await connection.call('read', command, signal)),
  };
}

/** A command and its confirmation; `value` may find that nothing was done, and throw or tell so. */
export function write(
  command: readonly (string | number)[],
  acknowledge: Acknowledge,
  value: (answer: Answer) => Json | undefined = () => undefined,
): Plan {
  return {
    reads: false,
    run: async (connection, signal) => {
      const result = value(await connection.call('write', command, signal));
      await acknowledge(connection, signal);
      return result;
    },
  };
}

export function refused(code: 'already-there' | 'held', message: string): Failed {
  return new Failed({ code, message }, 'write', true);
}

export function unknownOperation(port: string, f: string): Error {
  return new Error(`The ${port} port of redis has no operation "${f}".`);
}
