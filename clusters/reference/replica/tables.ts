import type { Json } from '../../../harness/history/event.ts';
import type { Change, Fields, Reply, Request } from './types.ts';

/** All rows by table, for a snapshot. */
export type TablesImage = readonly (readonly [table: string, rows: readonly (readonly [string, Fields])[]])[];

/** A request that went well. */
type Answer = Extract<Reply, { readonly ok: true }>;

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
        if (typeof value === 'number') rows.set(change.key, { ...row, value: value + change.amount });
        return { ok: true };
      }
      case 'insert':
        rows.set(change.key, { ...row, [change.element]: true });
        return { ok: true };
      case 'remove':
        rows.set(change.key, without(row ?? {}, change.element));
        return { ok: true };
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

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
}

/** Equality of JSON values; the order of an object's members counts, since one client wrote both. */
export function sameJson(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

export function isChange(request: Request): request is Change {
  return request.op !== 'read' && request.op !== 'scan';
}
