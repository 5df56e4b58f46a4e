// What each client port's operations mean in requests to the store.
import type { Json } from '../../harness/history/event.ts';
import type { Operation } from '../../harness/generator/types.ts';
import type { Fields, ReadAt, Reply, Request } from './replica/types.ts';

/** A request, and what its answer means as the operation's value (undefined: the invocation's own value). */
export interface Translation {
  readonly request: Request;
  readonly value: (reply: Extract<Reply, { ok: true }>) => Json | undefined;
}

export type Translate = (operation: Operation, at: ReadAt) => Translation;

const own = () => undefined;
const keyOf = (operation: Operation) => JSON.stringify(operation.key ?? null);

/** Registers: rows with the one field `value`. */
function register(operation: Operation, at: ReadAt): Translation {
  const row = { table: 'register', key: keyOf(operation) };
  const { f, value = null } = operation;
  switch (f) {
    case 'read':
      return { request: { op: 'read', ...row, at }, value: (reply) => reply.fields?.value ?? null };
    case 'write':
      return { request: { op: 'write', ...row, fields: { value } }, value: own };
    case 'cas': {
      const [old, next] = value as readonly [Json, Json];
      const request = { op: 'cas', ...row, field: 'value', old, new: next } as const;
      return { request, value: (reply) => (reply.swapped ? undefined : false) };
    }
    default:
      throw new Error(`the register port has no operation "${f}"`);
  }
}

/** A set: one row an element, so that adding never conflicts; reading gives the elements that the replica has. */
function set(operation: Operation, at: ReadAt): Translation {
  const table = `set:${keyOf(operation)}`;
  const { f, value = null } = operation;
  switch (f) {
    case 'read':
      return {
        request: { op: 'scan', table, at },
        value: (reply) => (reply.keys ?? []).map((key) => JSON.parse(key) as Json),
      };
    case 'add':
      return {
        request: { op: 'write', table, key: JSON.stringify(value), fields: { in: true } },
        value: own,
      };
    default:
      throw new Error(`the set port has no operation "${f}"`);
  }
}

/** Rows of several fields; a write touches only the fields it names. */
function rows(operation: Operation, at: ReadAt): Translation {
  const row = { table: 'rows', key: keyOf(operation) };
  switch (operation.f) {
    case 'read':
      return { request: { op: 'read', ...row, at }, value: (reply) => reply.fields ?? null };
    case 'write':
      return { request: { op: 'write', ...row, fields: operation.value as Fields }, value: own };
    case 'delete':
      return { request: { op: 'delete', ...row }, value: own };
    default:
      throw new Error(`the rows port has no operation "${operation.f}"`);
  }
}

export const PORTS: Readonly<Record<string, Translate>> = { register, set, rows };
