import type { Json } from '../../../harness/history/event.ts';
import {
  ShardState,
  STATE_TABLES,
  isStateChange,
  isStateQuery,
  type ServedRows,
} from '../partition/shard-state.ts';
import { OWNERSHIP, Partitions, TRANSFERS } from '../partition/partitions.ts';
import { isPartitionRequest, type PartitionChange, type PartitionQuery } from '../partition/requests.ts';
import type { IndexOptions } from '../partition/secondary/requests.ts';
import type { Change, Fields, ListChange, ReplicaOptions, Reply, Request } from './types.ts';

/** All rows by table, for a snapshot. */
export type TablesImage = readonly (readonly [table: string, rows: readonly (readonly [string, Fields])[]])[];

/** A request that went well: each answer is a new object. */
export type Answer = Extract<Reply, { readonly ok: true }>;

export type Read = Exclude<Request, Change>;

/** Where nothing is partitioned, `tokenOf` is absent. */
type TableOptions = Partial<Pick<ReplicaOptions, 'tokenOf' | 'index' | 'bug'>>;

const NO_INDEX: IndexOptions = { mode: 'none', field: '' };

const UNPARTITIONED: Reply = { ok: false, code: 'bad-request', message: 'nothing is partitioned here' };

/** The stored data of a replica with a log: what applying the log in order gives, the same on every replica. */
export class Tables {
  readonly #tables = new Map<string, Map<string, Fields>>();

  readonly #partitions: Partitions | null = null;
  readonly #state: ShardState | null = null;

  /** Starts from a snapshot. */
  constructor({ tokenOf, index = NO_INDEX, bug = 'none' }: TableOptions = {}, image: TablesImage = []) {
    const rowsOf = (name: string) => image.find(([table]) => table === name)?.[1];
    if (tokenOf) {
      this.#partitions = new Partitions(tokenOf, bug, rowsOf(OWNERSHIP), rowsOf(TRANSFERS));
      this.#state = new ShardState(index, bug, rowsOf);
    }
    for (const [table, rows] of image) {
      if (table === OWNERSHIP || table === TRANSFERS || STATE_TABLES.includes(table)) continue;
      this.#tables.set(table, new Map(rows));
      for (const [key, fields] of rows) this.#state?.changed(table, key, null, fields, null);
    }
  }

  /** As it stands now: rows are never changed, only replaced. */
  image(): TablesImage {
    const tables = [...this.#tables].map(([table, rows]) => [table, [...rows]] as const);
    return [...tables, ...(this.#partitions?.image() ?? []), ...(this.#state?.image() ?? [])];
  }

  /** Rows. */
  get size(): number {
    let size = 0;
    for (const rows of this.#tables.values()) size += rows.size;
    return size;
  }

  row(table: string, key: string): Fields | null {
    return this.#tables.get(table)?.get(key) ?? null;
  }

  put(table: string, key: string, fields: Fields): void {
    this.#rows(table).set(key, fields);
    this.#partitions?.changed(table, key);
  }

  /** A change is made if the shard owns the row at this very moment. */
  apply(change: Change | PartitionChange): Reply {
    const partitions = this.#partitions;
    const state = this.#state;
    if (partitions === null || state === null)
      return isPartitionRequest(change) ? UNPARTITIONED : this.#apply(change);
    if (isStateChange(change)) return state.apply(change, this.#served(partitions));
    if (isPartitionRequest(change)) {
      // A range is not given away while a transaction that is not decided holds rows of it.
      if (change.op === 'assign' && change.state === 'leaving' && partitions.isHeld(change.ranges, state))
        return {
          ok: false,
          code: 'moving',
          message: 'a transaction that is not decided holds rows of the range',
        };
      return partitions.apply(change, this.#tables, (...row) => state.changed(...row, null));
    }
    const { table, key } = change;
    const refusal = partitions.refuses(table, key, true) ?? state.blocked(table, key, true);
    if (refusal !== null) return refusal;
    const before = this.row(table, key);
    const answer = this.#apply(change);
    partitions.changed(table, key);
    state.changed(table, key, before, this.row(table, key), partitions.epochOf(table, key));
    return this.#underOwnership(answer, table, key);
  }

  #apply(change: Change): Answer {
    const rows = this.#rows(change.table);
    const row = rows.get(change.key);
    switch (change.op) {
      case 'write':
        rows.set(change.key, { ...row, ...change.fields });
        return { ok: true };
      case 'cas': {
        const swapped = sameJson(row?.[change.field] ?? null, change.old);
        if (swapped) rows.set(change.key, { ...row, [change.field]: change.new });
        return { ok: true, swapped };
      }
      case 'delete':
        rows.delete(change.key);
        return { ok: true };
      case 'increment': {
        const value = row?.value ?? 0;
        if (typeof value !== 'number') return { ok: true };
        rows.set(change.key, { ...row, value: value + change.amount });
        return { ok: true, number: value + change.amount };
      }
      case 'insert':
        rows.set(change.key, { ...row, [change.element]: true });
        return { ok: true };
      case 'remove':
        rows.set(change.key, without(row ?? {}, change.element));
        return { ok: true };
      case 'append': {
        const { end } = boundsOf(row);
        rows.set(change.key, { ...row, [end]: change.value, end: end + 1 });
        return { ok: true, number: end };
      }
      case 'take': {
        const { first, end } = boundsOf(row);
        if (first === end) return { ok: true, fields: null };
        rows.set(change.key, { ...without(row ?? {}, String(first)), first: first + 1 });
        return { ok: true, fields: { value: row?.[first] ?? null } };
      }
    }
  }

  answer(request: Read | PartitionQuery): Reply {
    const partitions = this.#partitions;
    if (isPartitionRequest(request)) {
      if (partitions === null || this.#state === null || request.op === 'spread') return UNPARTITIONED;
      return isStateQuery(request)
        ? this.#state.answer(request, this.#served(partitions))
        : partitions.answer(request, this.#tables);
    }
    const { table } = request;
    const rows = this.#tables.get(table);
    if (request.op === 'scan') {
      const keys = [...(rows?.keys() ?? [])];
      if (partitions === null) return { ok: true, keys };
      const served = keys.filter((key) => partitions.serves(table, key));
      return { ok: true, keys: served, partition: { covered: partitions.covered() } };
    }
    const refusal =
      partitions?.refuses(table, request.key, false) ??
      this.#state?.blocked(table, request.key, false) ??
      null;
    if (refusal !== null) return refusal;
    const answer = { ok: true, fields: rows?.get(request.key) ?? null } as const;
    return this.#underOwnership(answer, table, request.key);
  }

  #served(partitions: Partitions): ServedRows {
    return {
      row: (table, key) => this.row(table, key),
      set: (table, key, fields) => {
        const before = this.row(table, key);
        if (fields === null) this.#rows(table).delete(key);
        else this.#rows(table).set(key, fields);
        partitions.changed(table, key);
        this.#state?.changed(table, key, before, fields, partitions.epochOf(table, key));
      },
      refuses: (table, key) => partitions.refuses(table, key, true),
      refusesReading: (table, key) => partitions.refuses(table, key, false),
      keys: (table) => this.#tables.get(table)?.keys() ?? [],
      serves: (table, key) => partitions.serves(table, key),
      covered: partitions.covered(),
    };
  }

  #underOwnership(answer: Answer, table: string, key: string): Answer {
    const epoch = this.#partitions?.epochOf(table, key) ?? null;
    return epoch === null ? answer : { ...answer, partition: { epoch } };
  }

  #rows(table: string): Map<string, Fields> {
    let rows = this.#tables.get(table);
    if (!rows) this.#tables.set(table, (rows = new Map<string, Fields>()));
    return rows;
  }
}

/** A list is a row with a field for each place that is taken, from `first` up to, without, `end`. */
function boundsOf(row: Fields | undefined): { readonly first: number; readonly end: number } {
  return { first: Number(row?.first ?? 0), end: Number(row?.end ?? 0) };
}

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
}

/** Equality of JSON values; the order of an object's members counts, since one client wrote both. */
export function sameJson(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

export function isListChange(change: Change): change is ListChange {
  return change.op === 'append' || change.op === 'take';
}

export function isChange(request: Request): request is Change {
  return request.op !== 'read' && request.op !== 'scan';
}
