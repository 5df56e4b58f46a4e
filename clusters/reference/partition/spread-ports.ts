// Ports whose operations concern several rows, and so perhaps several shards.
import type { Json } from '../../../harness/history/event.ts';
import type { Operation } from '../../../harness/generator/types.ts';
import { StoreError } from '../errors.ts';
import type { MicroOperation } from '../replica/transaction.ts';
import type { Fields } from '../replica/types.ts';
import type { StoreSettings } from '../settings.ts';
import { ENTRIES, INDEXED, entryKey, entryOf } from './secondary/requests.ts';
import type { Errand, Locator } from './locator.ts';
import type { RowOperation } from './two-phase/requests.ts';

/** What an operation gave (undefined: the invocation's own value), and the node that answered. */
export interface Outcome {
  readonly value?: Json | undefined;
  readonly node?: string | undefined;
}

export type SpreadPort = (locator: Locator, errand: Errand, settings: StoreSettings) => Promise<Outcome>;

/** A transaction that lost to another one is tried again so often, where its outcome is the operation's. */
const TRIES = 8;

const keyOf = ({ key = null }: Operation): string => JSON.stringify(key);
const unknown = (port: string, { f }: Operation): never => {
  throw new Error(`the ${port} port has no operation "${f}"`);
};

/** Transactions of reads, writes and appends, on keys wherever they are. */
const transaction: SpreadPort = async (locator, errand) => {
  const micros = errand.operation.value as unknown as readonly MicroOperation[];
  const operations = micros.map(([f, key, value]): RowOperation => {
    const row = { table: 'transaction', key: JSON.stringify(key) };
    if (f === 'r') return { f: 'read', ...row, value: null };
    return f === 'w' ? { f: 'put', ...row, value: { value } } : { f: 'append', ...row, value };
  });
  const { results, node } = await locator.transact(errand, operations);
  const value = micros.map(([f, key, asked], i): Json => [
    f,
    key,
    f === 'r' ? (results[i]?.value ?? null) : asked,
  ]);
  return { value, node };
};

/** Accounts: `open`, `read` (all, in one transaction), `transfer`, which looks first and then moves if nobody came between. */
const bank: SpreadPort = async (locator, errand) => {
  const { operation } = errand;
  const account = (name: string) => ({ table: 'bank', key: JSON.stringify(name) });
  const look = (names: readonly string[]): Promise<readonly (Fields | null)[]> =>
    locator
      .transact(
        { ...errand, isRead: true },
        names.map((name) => ({ f: 'read', ...account(name), value: null })),
      )
      .then(({ results }) => results);
  switch (operation.f) {
    case 'open': {
      const balances = Object.entries(operation.value as { readonly [name: string]: number });
      const rows = balances.map(([name, value]): RowOperation => ({
        f: 'put',
        ...account(name),
        value: { value },
      }));
      const names: RowOperation = { f: 'put', ...ACCOUNTS, value: { names: balances.map(([name]) => name) } };
      const { node } = await locator.transact(errand, [...rows, names]);
      return { node };
    }
    case 'read': {
      const names = await accountsOf(locator, errand);
      const rows = await look(names);
      return { value: Object.fromEntries(names.map((name, i) => [name, rows[i]?.value ?? null])) };
    }
    case 'transfer': {
      const { from, to, amount } = operation.value as {
        readonly from: number;
        readonly to: number;
        readonly amount: number;
      };
      const [a, b] = [String(from), String(to)];
      return insist(locator, errand, async () => {
        const [own, other] = await look([a, b]);
        if (Number(own?.value ?? 0) < amount) return { value: false };
        const move = (name: string, row: Fields | null, by: number): RowOperation[] => [
          { f: 'check', ...account(name), value: row },
          { f: 'put', ...account(name), value: { value: Number(row?.value ?? 0) + by } },
        ];
        const { node } = await locator.transact(errand, [
          ...move(a, own, -amount),
          ...move(b, other, amount),
        ]);
        return { node };
      });
    }
    default:
      return unknown('bank', operation);
  }
};

/** Of a read: the accounts that it asks for, or all that were opened. */
async function accountsOf(locator: Locator, errand: Errand): Promise<readonly string[]> {
  const { value } = errand.operation;
  if (Array.isArray(value)) return value.map(String);
  const { reply } = await locator.keyed(errand, ACCOUNTS.table, ACCOUNTS.key, (at) => ({
    op: 'read',
    ...ACCOUNTS,
    at,
  }));
  return (reply.fields?.names ?? []) as readonly string[];
}

/** The row that says which accounts there are. */
const ACCOUNTS = { table: 'bank', key: '"accounts"' } as const;

/** Rows with a secondary index. */
const indexed: SpreadPort = async (locator, errand, { index, indexOn }) => {
  const { operation } = errand;
  const row = { table: INDEXED, key: keyOf(operation) };
  const read = (): Promise<{ readonly fields: Fields | null; readonly node: string }> =>
    locator
      .keyed({ ...errand, isRead: true }, row.table, row.key, (at) => ({ op: 'read', ...row, at }))
      .then(({ reply, node }) => ({ fields: reply.fields ?? null, node }));
  switch (operation.f) {
    case 'read': {
      const { fields, node } = await read();
      return { value: fields, node };
    }
    case 'write':
    case 'delete': {
      const next = operation.f === 'write' ? (operation.value as Fields) : null;
      if (index === 'synchronous')
        return insist(locator, errand, async () => {
          const { fields: before } = await read();
          const { node } = await locator.transact(errand, withEntries(row, before, next, indexOn));
          return { node };
        });
      const request = next === null ? { op: 'delete', ...row } : { op: 'write', ...row, fields: next };
      const { node } = await locator.keyed(errand, row.table, row.key, () => request as never);
      return { node };
    }
    case 'find':
      return find(locator, errand, index === 'local');
    default:
      return unknown('indexed', operation);
  }
};

/** A row and its index entries change together, if the row still is as it was. */
function withEntries(
  row: { readonly table: string; readonly key: string },
  before: Fields | null,
  next: Fields | null,
  field: string,
): RowOperation[] {
  const [old, term] = [before?.[field], next?.[field]];
  const entry = (of: Json): { table: string; key: string } => ({
    table: ENTRIES,
    key: entryKey(of, row.key),
  });
  const stays = old !== undefined && term !== undefined && JSON.stringify(old) === JSON.stringify(term);
  return [
    { f: 'check', ...row, value: before },
    next === null ? { f: 'delete', ...row, value: null } : { f: 'put', ...row, value: next },
    ...(old === undefined || stays ? [] : [{ f: 'delete', ...entry(old), value: null } as const]),
    ...(term === undefined ? [] : [{ f: 'put', ...entry(term), value: { row: next } } as const]),
  ];
}

async function find(locator: Locator, errand: Errand, isLocal: boolean): Promise<Outcome> {
  const [, term] = errand.operation.value as readonly [string, Json];
  const table = isLocal ? INDEXED : ENTRIES;
  const request = (at: 'leader' | 'replica' | 'confirmed' | 'quorum') =>
    ({ op: 'select', table, term, at }) as const;
  const answers = isLocal
    ? await locator.everywhere(errand, request)
    : [await locator.keyed(errand, ENTRIES, entryKey(term, ''), request)];
  const found = answers.flatMap(({ reply }) => reply.index?.found ?? []);
  const value = found.map(([key, fields]): Json => {
    if (isLocal) return [JSON.parse(key) as Json, fields];
    return [JSON.parse(entryOf(key)[1]) as Json, fields.row ?? null];
  });
  return { value, node: answers.at(-1)?.node };
}

/** Ranges of keys, which are texts: where rows are split by ranges, only the shards that have some of them are asked. */
const range: SpreadPort = async (locator, errand, { partitioning, salt }) => {
  const { operation } = errand;
  const row = { table: 'range', key: keyOf(operation) };
  switch (operation.f) {
    case 'write': {
      const fields = { value: operation.value ?? null };
      const { node } = await locator.keyed(errand, row.table, row.key, () => ({
        op: 'write',
        ...row,
        fields,
      }));
      return { node };
    }
    case 'delete': {
      const { node } = await locator.keyed(errand, row.table, row.key, () => ({ op: 'delete', ...row }));
      return { node };
    }
    case 'scan': {
      const [from, to] = operation.value as readonly [string | null, string | null];
      const request = (at: 'leader' | 'replica' | 'confirmed' | 'quorum') =>
        ({ op: 'select', table: 'range', from, to, at }) as const;
      const isOrdered = salt === 1 && (partitioning === 'range' || partitioning === 'directory');
      const answers = isOrdered
        ? await locator.along(errand, { lo: from ?? '', hi: to }, request)
        : await locator.everywhere(errand, request);
      const found = answers.flatMap(({ reply }) => reply.index?.found ?? []);
      const rows = [...new Map(found)].sort(([a], [b]) => (a < b ? -1 : 1));
      const value = rows.map(([key, fields]): Json => [JSON.parse(key) as Json, fields.value ?? null]);
      return { value, node: answers.at(-1)?.node };
    }
    default:
      return unknown('range', operation);
  }
};

/** Rows whose columns live in groups, each of them wherever its key says: in one transaction, or one after the other. */
const columns: SpreadPort = async (locator, errand, { columnGroups, atomicRows }) => {
  const { operation } = errand;
  const groups = columnGroups.split('|').map((group) => group.split(','));
  const rowOf = (group: number) => ({
    table: 'rows',
    key: JSON.stringify([`g${group}`, operation.key ?? null]),
  });
  switch (operation.f) {
    case 'read': {
      const found: (Fields | null)[] = [];
      if (atomicRows) {
        const all = groups.map((_, i): RowOperation => ({ f: 'read', ...rowOf(i), value: null }));
        found.push(...(await locator.transact(errand, all)).results);
      } else
        for (const i of groups.keys()) {
          const row = rowOf(i);
          const { reply } = await locator.keyed(errand, row.table, row.key, (at) => ({
            op: 'read',
            ...row,
            at,
          }));
          found.push(reply.fields ?? null);
        }
      const row = found.some((part) => part !== null) ? (Object.assign({}, ...found) as Fields) : null;
      return { value: row };
    }
    case 'write': {
      const written = groups.flatMap((group, i) => {
        const fields = Object.entries(operation.value as Fields).filter(([column]) => group.includes(column));
        return fields.length === 0 ? [] : [{ ...rowOf(i), fields: Object.fromEntries(fields) }];
      });
      if (atomicRows) {
        const all = written.map(({ fields, ...row }): RowOperation => ({
          f: 'merge',
          ...row,
          value: fields,
        }));
        return { node: (await locator.transact(errand, all)).node };
      }
      for (const [i, one] of written.entries())
        await locator
          .keyed(errand, one.table, one.key, () => ({ op: 'write', ...one }))
          .catch((error: unknown) => {
            // Some of it has been written: that it did not happen is no longer true.
            if (error instanceof StoreError && i > 0)
              throw new StoreError('no-quorum', 'sent', error.message);
            throw error;
          });
      return {};
    }
    default:
      return unknown('rows', operation);
  }
};

/** Does it again when it lost to another transaction, which it did for certain; a moment later, a few times. */
async function insist(locator: Locator, errand: Errand, action: () => Promise<Outcome>): Promise<Outcome> {
  for (let tries = 0; ; tries++) {
    try {
      return await action();
    } catch (error) {
      const lost = error instanceof StoreError && error.code === 'conflict';
      if (!lost || tries === TRIES || errand.signal.aborted) throw error;
      await locator.pause();
    }
  }
}

export const SPREAD_PORTS: Readonly<Record<string, SpreadPort>> = { transaction, bank, indexed, range };
export const COLUMN_PORT: SpreadPort = columns;
