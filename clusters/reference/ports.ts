// What each client port's operations mean in requests to the store.
import type { Json } from '../../harness/history/event.ts';
import type { Operation } from '../../harness/generator/types.ts';
import { ids, log, queue } from './list-ports.ts';
import { CONFLICT_LOG } from './replica/rows/conflict-log.ts';
import type { PartitionRequest } from './partition/requests.ts';
import { onlyReads, type MicroOperation, type Transaction } from './replica/transaction.ts';
import type { Fields, ReadAt, Reply, Request } from './replica/types.ts';
import type { StoreSession } from './session.ts';

/** A request, and what its answer means as the operation's value (undefined: the invocation's own value). */
export interface Translation {
  readonly request: Request | Transaction | PartitionRequest;
  readonly value: (
    reply: Extract<Reply, { ok: true }>,
    /** Which shard gave it, where data are split. */
    from?: { readonly shard: string },
  ) => Json | undefined;
}

export type Translate = (operation: Operation, at: ReadAt, session: StoreSession) => Translation;

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

/** Counters: rows whose field `value` is added to. */
function counter(operation: Operation, at: ReadAt): Translation {
  const row = { table: 'counter', key: keyOf(operation) };
  switch (operation.f) {
    case 'read':
      return { request: { op: 'read', ...row, at }, value: (reply) => reply.fields?.value ?? 0 };
    case 'add':
      return { request: { op: 'increment', ...row, amount: Number(operation.value) }, value: own };
    default:
      throw new Error(`the counter port has no operation "${operation.f}"`);
  }
}

/** Sets with removal: a row a set, and a field for each element that it has. */
function crdtSet(operation: Operation, at: ReadAt): Translation {
  const row = { table: 'crdt-set', key: keyOf(operation) };
  const element = JSON.stringify(operation.value ?? null);
  switch (operation.f) {
    case 'read':
      return {
        request: { op: 'read', ...row, at },
        value: (reply) =>
          Object.entries(reply.fields ?? {}).flatMap(([name, there]) =>
            there === true ? [JSON.parse(name) as Json] : [],
          ),
      };
    case 'add':
      return { request: { op: 'insert', ...row, element }, value: own };
    case 'remove':
      return { request: { op: 'remove', ...row, element }, value: own };
    default:
      throw new Error(`the crdt-set port has no operation "${operation.f}"`);
  }
}

/** Registers of several values: a write replaces what its session has seen. Without siblings, the one value there is. */
function siblings(operation: Operation, at: ReadAt, session: StoreSession): Translation {
  const row = { table: 'siblings', key: keyOf(operation) };
  const { f, value = null } = operation;
  switch (f) {
    case 'read':
      return {
        request: { op: 'read', ...row, at },
        value: (reply) => {
          session.saw(row.key, reply.context);
          const versions = reply.siblings ?? (reply.fields ? [reply.fields] : []);
          return versions.map((version) => version.value);
        },
      };
    case 'write': {
      const context = session.contextOf(row.key);
      return {
        request: { op: 'write', ...row, fields: { value }, context },
        value: (reply) => {
          session.saw(row.key, reply.context);
          return undefined;
        },
      };
    }
    default:
      throw new Error(`the siblings port has no operation "${f}"`);
  }
}

/**
 * The siblings port, and what a node has kept of its conflicts: every version that stood beside another, and what
 * replaced which. Whoever resolves one by hand writes after a read.
 */
function conflicts(operation: Operation, at: ReadAt, session: StoreSession): Translation {
  if (operation.f !== 'conflicts') return siblings(operation, at, session);
  const key = keyOf(operation);
  return {
    request: { op: 'read', table: `${CONFLICT_LOG}siblings`, key, at },
    value: ({ fields }) => {
      if (!fields) return null;
      const { versions, resolutions } = fields as unknown as Conflict;
      return {
        versions: versions.map(valueOf),
        resolutions: resolutions.map(({ by, replaced }) => ({
          by: by === null ? null : valueOf(by),
          replaced: replaced.map(valueOf),
        })),
      };
    },
  };
}

interface Version {
  readonly value: Fields | null;
}

interface Conflict {
  readonly versions: readonly Version[];
  readonly resolutions: readonly { readonly by: Version | null; readonly replaced: readonly Version[] }[];
}

function valueOf({ value }: Version): Json {
  return value?.value ?? null;
}

/** Transactions; their value comes back with what the reads gave. */
function transaction(operation: Operation, at: ReadAt): Translation {
  const operations = operation.value as unknown as readonly MicroOperation[];
  return {
    request: { op: 'txn', operations, at },
    value: (reply) => reply.operations ?? operations,
  };
}

const READING = ['read', 'poll', 'seek', 'conflicts'];

/** Does this operation change nothing? Then it goes where reads go, and may fail without a doubt. */
export function isReading({ f, value }: Operation): boolean {
  return (
    READING.includes(f) ||
    (f === 'txn' && onlyReads({ operations: value as unknown as readonly MicroOperation[] }))
  );
}

export const PORTS: Readonly<Record<string, Translate>> = {
  register,
  hotspot: register,
  set,
  rows,
  counter,
  'crdt-set': crdtSet,
  siblings,
  conflicts,
  transaction,
  queue,
  log,
  ids,
};
