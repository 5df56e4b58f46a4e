import type { Json } from '../../../harness/history/event.ts';
import type { Change, Fields, ListChange, Reply, Request } from './types.ts';

/** All rows by table, for a snapshot. */
export type TablesImage = readonly (readonly [table: string, rows: readonly (readonly [string, Fields])[]])[];

/** A request that went well: each answer is a new object. */
export type Answer = Extract<Reply, { readonly ok: true }>;

/** The stored data of a replica with a log: what applying the log in order gives, the same on every replica. */
export class Tables {
  readonly #tables = new Map<string, Map<string, Fields>>();

  /** Starts from a snapshot. */
  constructor(image: TablesImage = []) {
    for (const [table, rows] of image) this.#tables.set(table, new Map(rows));
  }

  /** As it stands now: rows are never changed, only replaced. */
  image(): TablesImage {
    return [...this.#tables].map(([table, rows]) => [table, [...rows]] as const);
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
  }

  apply(change: Change): Answer {
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

  answer(request: Exclude<Request, Change>): Answer {
    const rows = this.#tables.get(request.table);
    if (request.op === 'scan') return { ok: true, keys: [...(rows?.keys() ?? [])] };
    return { ok: true, fields: rows?.get(request.key) ?? null };
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
