import type { Json } from '../../../harness/history/event.ts';
import { sameJson } from './tables.ts';
import type { Change, Fields } from './types.ts';

/**
 * When a write was made, by its node's own clock (µs). Total order: time, then node, then the node's count, so that
 * every replica picks the same winner in whatever order updates arrive.
 */
export interface Stamp {
  readonly time: number;
  readonly node: string;
  readonly count: number;
}

export function isLater(a: Stamp, b: Stamp): boolean {
  if (a.time !== b.time) return a.time > b.time;
  return a.node === b.node ? a.count > b.count : a.node > b.node;
}

/** The bug `lww-tie-by-arrival`: of equal stamps, the one that is looked at later wins. */
export function isLaterOrArrived(a: Stamp, b: Stamp): boolean {
  return a.time >= b.time;
}

/** A stamped update, as it is logged and shipped. `fields` null = the row's tombstone. */
export interface Update {
  readonly table: string;
  readonly key: string;
  readonly fields: Fields | null;
  readonly stamp: Stamp;
}

/** What competes: whole rows (a write carries the row as its node saw it), or each field by itself. */
export type Granularity = 'row' | 'field';

const NEVER: Stamp = { time: -Infinity, node: '', count: 0 };

interface Row {
  /** Latest write of the row (row granularity) and latest tombstone: kept, or late writes would resurrect the row. */
  written: Stamp;
  deleted: Stamp;
  readonly fields: Map<string, { readonly value: Json; readonly stamp: Stamp }>;
}

/** Rows under last-writer-wins (Thomas 1979; Johnson & Thomas, RFC 677): merging is commutative and idempotent. */
export class LwwTables {
  readonly #granularity: Granularity;
  readonly #isLater: typeof isLater;
  readonly #tables = new Map<string, Map<string, Row>>();

  /** `order`: which of two stamps wins. */
  constructor(granularity: Granularity, order = isLater) {
    this.#granularity = granularity;
    this.#isLater = order;
  }

  /** The update that a change amounts to on this replica; null for a cas that does not match. */
  prepare(change: Change, stamp: Stamp): Update | null {
    const { table, key } = change;
    if (change.op === 'delete') return { table, key, fields: null, stamp };
    const row = this.read(table, key);
    if (change.op === 'cas' && !sameJson(row?.[change.field] ?? null, change.old)) return null;
    const touched = change.op === 'cas' ? { [change.field]: change.new } : change.fields;
    return { table, key, fields: this.#granularity === 'row' ? { ...row, ...touched } : touched, stamp };
  }

  merge({ table, key, fields, stamp }: Update): void {
    const row = this.#row(table, key);
    if (fields === null) {
      if (this.#isLater(stamp, row.deleted)) row.deleted = stamp;
      return;
    }
    if (this.#granularity === 'row') {
      if (!this.#isLater(stamp, row.written)) return;
      row.written = stamp;
      row.fields.clear();
    }
    for (const [name, value] of Object.entries(fields)) {
      const present = row.fields.get(name);
      if (!present || this.#isLater(stamp, present.stamp)) row.fields.set(name, { value, stamp });
    }
  }

  /** The visible fields, in the order of their names; null when there are none. */
  read(table: string, key: string): Fields | null {
    const row = this.#tables.get(table)?.get(key);
    if (!row) return null;
    const visible = [...row.fields].filter(([, field]) => this.#isLater(field.stamp, row.deleted));
    if (visible.length === 0) return null;
    visible.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(visible.map(([name, field]) => [name, field.value]));
  }

  keys(table: string): string[] {
    return [...(this.#tables.get(table)?.keys() ?? [])].filter((key) => this.read(table, key) !== null);
  }

  #row(table: string, key: string): Row {
    let rows = this.#tables.get(table);
    if (!rows) this.#tables.set(table, (rows = new Map<string, Row>()));
    let row = rows.get(key);
    if (!row) rows.set(key, (row = { written: NEVER, deleted: NEVER, fields: new Map() }));
    return row;
  }
}
