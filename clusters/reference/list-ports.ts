// What the ports of queues, logs and ids mean in requests to the store: they take one order of all changes.
import type { Operation } from '../../harness/generator/types.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Translation } from './ports.ts';
import type { Fields, ReadAt } from './replica/types.ts';
import type { StoreSession } from './session.ts';

const keyOf = (operation: Operation) => JSON.stringify(operation.key ?? null);

/** Queues: rows that are lists. */
export function queue(operation: Operation): Translation {
  const row = { table: 'queue', key: keyOf(operation) };
  switch (operation.f) {
    case 'enqueue':
      return { request: { op: 'append', ...row, value: operation.value ?? null }, value: () => undefined };
    case 'dequeue':
      return { request: { op: 'take', ...row }, value: (reply) => reply.fields?.value ?? null };
    default:
      throw new Error(`the queue port has no operation "${operation.f}"`);
  }
}

/** Logs: rows that are lists from which nothing is taken; each session polls on from where it is. */
export function log(operation: Operation, at: ReadAt, session: StoreSession): Translation {
  const row = { table: 'log', key: keyOf(operation) };
  const { f, value = null } = operation;
  switch (f) {
    case 'send':
      return {
        request: { op: 'append', ...row, value },
        value: (reply) => [reply.number ?? null, value],
      };
    case 'poll':
      return {
        request: { op: 'read', ...row, at },
        value: ({ fields }) => {
          const from = session.offsets.get(row.key) ?? 0;
          const messages = messagesFrom(fields ?? {}, from);
          session.offsets.set(row.key, from + messages.length);
          return messages;
        },
      };
    case 'seek':
      return {
        request: { op: 'read', ...row, at },
        value: () => {
          session.offsets.set(row.key, Number(value));
          return undefined;
        },
      };
    default:
      throw new Error(`the log port has no operation "${f}"`);
  }
}

function messagesFrom(fields: Fields, from: number): Json[] {
  const messages: Json[] = [];
  for (let offset = from; offset in fields; offset++) messages.push([offset, fields[offset]]);
  return messages;
}

/** Ids: a number that grows. */
export function ids(operation: Operation): Translation {
  if (operation.f !== 'generate') throw new Error(`the ids port has no operation "${operation.f}"`);
  const request = { op: 'increment', table: 'ids', key: keyOf(operation), amount: 1 } as const;
  return { request, value: (reply) => reply.number ?? null };
}
