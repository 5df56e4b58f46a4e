import type { BugName } from '../bugs.ts';
import type { Fields, Reply, TokenOf } from '../replica/types.ts';
import type { ShardState } from './shard-state.ts';
import { measured } from './measured.ts';
import { Ownership } from './ownership.ts';
import { firstAfter } from './sorted-names.ts';
import { isIn, type TokenRange } from './ranges.ts';
import type { MovedRow, RangeChange, RangeQuery } from './requests.ts';
import { Transfers, rowName, rowOf } from './transfers.ts';

/** All rows by table. */
export type Data = Map<string, Map<string, Fields>>;

/** Hears of a row that comes or goes with its range. */
export type RowChanged = (table: string, key: string, before: Fields | null, after: Fields | null) => void;

/** Tables under which a snapshot has the partitions beside the rows. */
export const OWNERSHIP = '~ownership';
export const TRANSFERS = '~transfers';

type Image = readonly (readonly [string, Fields])[];

/** The partitions of one replica's rows: which ranges it serves, and those that come and go. */
export class Partitions {
  readonly #tokenOf: TokenOf;
  readonly #ownership: Ownership;
  readonly #transfers: Transfers;
  readonly #bug: BugName | 'none';
  /** Names of the rows that were there when they were first asked for, in order, by the epoch of their move. */
  #sorted: { readonly epoch: number; readonly names: readonly string[] } | null = null;

  constructor(tokenOf: TokenOf, bug: BugName | 'none', ownership: Image = [], transfers: Image = []) {
    this.#tokenOf = tokenOf;
    this.#bug = bug;
    this.#ownership = new Ownership(bug, ownership);
    this.#transfers = new Transfers(transfers);
  }

  image(): readonly (readonly [table: string, rows: Image])[] {
    return [
      [OWNERSHIP, this.#ownership.image()],
      [TRANSFERS, this.#transfers.image()],
    ];
  }

  refuses(table: string, key: string, isChange: boolean): Extract<Reply, { ok: false }> | null {
    const token = this.#tokenOf(table, key);
    return token === null ? null : this.#ownership.refuses(token, isChange);
  }

  /** Does a transaction that is not decided hold a row of these ranges? */
  isHeld(ranges: readonly TokenRange[], state: Pick<ShardState, 'holds'>): boolean {
    return state.holds((table, key) => {
      const token = this.#tokenOf(table, key);
      return token !== null && ranges.some((range) => isIn(token, range));
    });
  }

  /** Under which ownership a row is served. */
  epochOf(table: string, key: string): number | null {
    const token = this.#tokenOf(table, key);
    return token === null ? null : (this.#ownership.of(token)?.since ?? null);
  }

  /** The row has changed: if it is being copied, the target must hear of it. */
  changed(table: string, key: string): void {
    const token = this.#tokenOf(table, key);
    const range = token === null ? null : this.#ownership.of(token);
    if (range?.state === 'copying') this.#transfers.note(range.epoch, rowName(table, key));
  }

  apply(change: RangeChange, data: Data, changed: RowChanged): Reply {
    if (change.op === 'import') {
      if (this.#transfers.take(change.epoch, change.number)) put(change.rows, data, changed);
      return { ok: true };
    }
    const swapped = this.#ownership.assign(change);
    if (!swapped) return { ok: true, swapped };
    const { state, epoch, ranges } = change;
    if (state === 'copying' || state === 'arriving') this.#transfers.begin(epoch);
    if (state === 'gone' || state === 'owned') this.#transfers.end(epoch);
    // What is left of an earlier ownership would come back to life.
    if (state === 'arriving' || (state === 'gone' && this.#bug !== 'stale-directory-honoured'))
      for (const name of this.#namesIn(ranges, data)) put([[...rowOf(name), null]], data, changed);
    return { ok: true, swapped };
  }

  answer(query: RangeQuery, data: Data): Reply {
    switch (query.op) {
      case 'export': {
        const names = this.#sortedNames(query.epoch, data);
        const from = query.after === null ? 0 : firstAfter(names, rowName(...query.after));
        const rows = names.slice(from, from + query.limit).map((name) => moved(name, data));
        return { ok: true, partition: { rows, left: Math.max(0, names.length - from - query.limit) } };
      }
      case 'changes': {
        const { rows, next, left } = this.#transfers.since(query.epoch, query.since, query.limit);
        return { ok: true, partition: { rows: rows.map((name) => moved(name, data)), next, left } };
      }
      case 'ranges':
        return { ok: true, partition: { ranges: measured(this.#ownership, this.#tokens(data)) } };
    }
  }

  /** The ranges that the shard serves. */
  covered(): TokenRange[] {
    return this.#ownership.ranges
      .filter(({ state }) => state !== 'gone' && state !== 'arriving')
      .map(({ lo, hi }) => ({ lo, hi }));
  }

  /** Is a row this shard's to show? */
  serves(table: string, key: string): boolean {
    return this.refuses(table, key, false) === null;
  }

  #sortedNames(epoch: number, data: Data): readonly string[] {
    if (this.#sorted?.epoch !== epoch) {
      const ranges = this.#ownership.ranges.filter((range) => range.epoch === epoch);
      this.#sorted = { epoch, names: this.#namesIn(ranges, data).sort() };
    }
    return this.#sorted.names;
  }

  #namesIn(ranges: readonly TokenRange[], data: Data): string[] {
    const names: string[] = [];
    for (const [table, rows] of data)
      for (const key of rows.keys()) {
        const token = this.#tokenOf(table, key);
        if (token !== null && ranges.some((range) => isIn(token, range))) names.push(rowName(table, key));
      }
    return names;
  }

  *#tokens(data: Data): Generator<string> {
    for (const [table, rows] of data)
      for (const key of rows.keys()) {
        const token = this.#tokenOf(table, key);
        if (token !== null) yield token;
      }
  }
}

function moved(name: string, data: Data): MovedRow {
  const [table, key] = rowOf(name);
  return [table, key, data.get(table)?.get(key) ?? null];
}

function put(rows: readonly MovedRow[], data: Data, changed: RowChanged): void {
  for (const [table, key, fields] of rows) {
    let present = data.get(table);
    if (!present) data.set(table, (present = new Map<string, Fields>()));
    const before = present.get(key) ?? null;
    if (fields === null) present.delete(key);
    else present.set(key, fields);
    changed(table, key, before, fields);
  }
}
