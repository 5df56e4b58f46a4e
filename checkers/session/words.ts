import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { AMBIGUOUS, INITIAL, type Registers } from './registers.ts';

/** Sentences about operations of a {@link Registers}, for explanations. */
export interface Words {
  /** `session 3`, by its token or its process. */
  readonly session: (op: number) => string;
  /** `key "x"`, or `the register` where operations have no key. */
  readonly key: (op: number) => string;
  /** `its read #41 from n2`. */
  readonly at: (op: number) => string;
  /** What a version holds: `7`, `null (the initial value)`. */
  readonly version: (version: number) => string;
  readonly keyOf: (op: number) => Json;
}

export function wordsFor({ history, invoked, completed, key }: Registers, initial: Json): Words {
  const event = (op: number): number => (completed[op] >= 0 ? completed[op] : invoked[op]);
  const keyOf = (op: number): Json => (key[op] === 0 ? null : history.keys.valueOf(key[op] - 1));
  return {
    keyOf,
    session: (op) => `session ${sessionName(history, invoked[op], completed[op])}`,
    key: (op) => (key[op] === 0 ? 'the register' : `key ${JSON.stringify(keyOf(op))}`),
    at: (op) => {
      const node = history.node[event(op)];
      return `#${event(op)}${node < 0 ? '' : ` at ${history.nodes.valueOf(node)}`}`;
    },
    version: (version) => {
      if (version === INITIAL) return `${JSON.stringify(initial)} (the initial value)`;
      if (version === AMBIGUOUS) return 'a value written more than once';
      const value = history.values[invoked[version]];
      const cas = history.functions.valueOf(history.f[invoked[version]]) === 'cas';
      return JSON.stringify(cas && Array.isArray(value) ? (value[1] as Json) : value);
    },
  };
}

/** The session's token, or the process that is the session. */
export function sessionName(history: History, invoked: number, ended: number): string {
  return String(history.sessions.get(invoked) ?? history.sessions.get(ended) ?? history.process[invoked]);
}

/** The event that shows what an operation did: its completion if it was acknowledged, else its invocation. */
export function eventOf({ invoked, completed }: Registers, op: number): number {
  if (op < 0) return -1;
  return completed[op] >= 0 ? completed[op] : invoked[op];
}
