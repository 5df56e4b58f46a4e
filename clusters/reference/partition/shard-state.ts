import type { Json } from '../../../harness/history/event.ts';
import type { BugName } from '../bugs.ts';
import type { Fields, Reply } from '../replica/types.ts';
import { partitionKeyOf } from './maps/composite.ts';
import type { TokenRange } from './ranges.ts';
import { Indexes, OUTBOX, changedEntry } from './secondary/indexes.ts';
import {
  ENTRIES,
  entryKey,
  type IndexChange,
  type IndexOptions,
  type IndexQuery,
} from './secondary/requests.ts';
import { rowOf } from './transfers.ts';
import { DECISIONS, PAST, PREPARED, Transactions, type Rows } from './two-phase/transactions.ts';
import type { TwoPhaseChange, TwoPhaseQuery } from './two-phase/requests.ts';

/** A shard's rows, and which of them it serves. */
export interface ServedRows extends Rows {
  keys(table: string): Iterable<string>;
  serves(table: string, key: string): boolean;
  /** Why this shard does not show the row, or null. */
  refusesReading(table: string, key: string): Refusal | null;
  readonly covered: readonly TokenRange[];
}

type Refusal = Extract<Reply, { ok: false }>;
type Image = readonly (readonly [string, Fields])[];

export const STATE_TABLES: readonly string[] = [PREPARED, DECISIONS, PAST, OUTBOX];

export function isStateChange(change: { readonly op: string }): change is TwoPhaseChange | IndexChange {
  return ['prepare', 'decide', 'finish', 'forget', 'index', 'shipped'].includes(change.op);
}

export function isStateQuery(query: { readonly op: string }): query is TwoPhaseQuery | IndexQuery {
  return ['unfinished', 'outbox', 'select'].includes(query.op);
}

/** What a shard's replicated state has beside rows and ranges: transactions over shards, and secondary indexes. */
export class ShardState {
  readonly #transactions: Transactions;
  readonly #indexes: Indexes;

  constructor(index: IndexOptions, bug: BugName | 'none', imageOf: (table: string) => Image | undefined) {
    this.#transactions = new Transactions(imageOf(PREPARED), imageOf(DECISIONS), imageOf(PAST));
    this.#indexes = new Indexes(index, bug, imageOf(OUTBOX));
  }

  image(): readonly (readonly [table: string, rows: Image])[] {
    return [...this.#transactions.image(), ...this.#indexes.image()];
  }

  /** A row is another one now; see {@link Indexes.changed}. */
  changed(
    table: string,
    key: string,
    before: Fields | null,
    after: Fields | null,
    epoch: number | null,
  ): void {
    this.#indexes.changed(table, key, before, after, epoch);
  }

  /** A transaction that is not decided holds the row: nobody else may have it. */
  blocked(table: string, key: string, isChange: boolean): Refusal | null {
    return this.#transactions.locks.blocks(table, key, isChange) ? locked(key) : null;
  }

  /** Does a transaction that is not decided hold any row of which this is true? */
  holds(isMeant: (table: string, key: string) => boolean): boolean {
    return this.#transactions.locks.held.some((row) => isMeant(...rowOf(row)));
  }

  apply(change: TwoPhaseChange | IndexChange, rows: ServedRows): Reply {
    if (change.op === 'shipped') this.#indexes.shipped(change.upTo);
    if (change.op === 'shipped') return { ok: true };
    if (change.op !== 'index') return this.#transactions.apply(change, rows);
    const elsewhere = change.changes.flatMap((one, i): (readonly [number, string | null])[] => {
      const refusal = rows.refuses(ENTRIES, one.entry);
      if (refusal !== null) return [[i, refusal.owner?.shard ?? null]];
      const next = changedEntry(rows.row(ENTRIES, one.entry), one);
      if (next !== undefined) rows.set(ENTRIES, one.entry, next);
      return [];
    });
    return { ok: true, index: { elsewhere } };
  }

  answer(query: TwoPhaseQuery | IndexQuery, rows: ServedRows): Reply {
    switch (query.op) {
      case 'unfinished':
        return this.#transactions.unfinished();
      case 'outbox':
        return { ok: true, index: this.#indexes.outgoing(query.limit) };
      case 'select':
        return query.term === undefined
          ? this.#range(query, rows)
          : this.#term(query.table, query.term, rows);
    }
  }

  #term(table: string, term: Json, rows: ServedRows): Reply {
    const isEntry = table === ENTRIES;
    const refusal = isEntry ? rows.refusesReading(ENTRIES, entryKey(term, '')) : null;
    if (refusal !== null) return refusal;
    // What a transaction is about to put there is not known yet.
    const held = this.#lockedIn(
      table,
      (key) => !isEntry || key.startsWith(`${JSON.stringify([term]).slice(0, -1)},`),
    );
    if (held !== null) return held;
    const keys = this.#indexes.keys(table, term).filter((key) => rows.serves(table, key));
    return found(table, keys, rows);
  }

  #range({ table, from = null, to = null }: Extract<IndexQuery, { op: 'select' }>, rows: ServedRows): Reply {
    const within = (key: string): boolean => {
      const text = partitionKeyOf(key, 'whole');
      return (from === null || text >= from) && (to === null || text < to);
    };
    const held = this.#lockedIn(table, within);
    if (held !== null) return held;
    const keys = [...rows.keys(table)].filter((key) => within(key) && rows.serves(table, key));
    return found(table, keys.sort(), rows);
  }

  #lockedIn(table: string, isMeant: (key: string) => boolean): Refusal | null {
    for (const row of this.#transactions.locks.written) {
      const [other, key] = rowOf(row);
      if (other === table && isMeant(key)) return locked(key);
    }
    return null;
  }
}

function found(table: string, keys: readonly string[], rows: ServedRows): Reply {
  const shown = keys.map((key) => [key, rows.row(table, key) as Fields] as const);
  return { ok: true, index: { found: shown }, partition: { covered: rows.covered } };
}

function locked(key: string): Refusal {
  return {
    ok: false,
    code: 'conflict',
    message: `row ${key} is locked by a transaction that is not decided`,
  };
}
