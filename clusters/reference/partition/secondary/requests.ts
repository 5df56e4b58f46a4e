// What secondary indexes ask of a shard, beside its rows.
import type { Json } from '../../../../harness/history/event.ts';
import type { Fields, ReadAt } from '../../replica/types.ts';

/**
 * Where the index of a field is, and when it is changed. `local`: every shard indexes its own rows, a query asks them
 * all (document-partitioned) · `synchronous`: entries are rows of a table that is split by term, changed in one
 * transaction with the row · `asynchronous`: the same table, changed by and by after the row.
 */
export type IndexMode = 'none' | 'local' | 'synchronous' | 'asynchronous';

export interface IndexOptions {
  readonly mode: IndexMode;
  readonly field: string;
}

/** The table whose rows are indexed, and that of a global index: keys `[term, key]`, as JSON. */
export const INDEXED = 'indexed';
export const ENTRIES = 'entries';

export function entryKey(term: Json, key: string): string {
  return JSON.stringify([term, key]);
}

export function entryOf(entry: string): readonly [term: Json, key: string] {
  return JSON.parse(entry) as [Json, string];
}

/** When a row was changed: under which ownership of it, and the how manieth change of the shard. */
export type Stamp = readonly [epoch: number, count: number];

/** A change of a row that an asynchronous index has still to hear of. */
export interface Outgoing {
  readonly key: string;
  readonly stamp: Stamp;
  readonly before: Fields | null;
  readonly after: Fields | null;
}

/** What becomes of an entry, unless it has a later stamp; null: it goes. `early`: whatever stamp it has. */
export interface EntryChange {
  readonly entry: string;
  readonly row: Fields | null;
  readonly stamp: Stamp;
  readonly early?: boolean | undefined;
}

export type IndexChange =
  | { readonly op: 'index'; readonly changes: readonly EntryChange[] }
  /** The first so many outgoing changes have arrived where they belong. */
  | { readonly op: 'shipped'; readonly upTo: number };

export type IndexQuery =
  | { readonly op: 'outbox'; readonly limit: number; readonly at: ReadAt }
  /** Rows of a table: those of one term of an index, or those from one key up to, without, another (null: open). */
  | {
      readonly op: 'select';
      readonly table: string;
      readonly term?: Json | undefined;
      readonly from?: string | null | undefined;
      readonly to?: string | null | undefined;
      readonly at: ReadAt;
    };

export interface IndexReply {
  /** Of `index`: by number of the change, the shard that has the entry, or null where this one cannot tell. */
  readonly elsewhere?: readonly (readonly [number: number, shard: string | null])[];
  /** Of `outbox`: from the oldest on, and the count that these reach; how many there are in all. */
  readonly outgoing?: readonly Outgoing[];
  readonly upTo?: number;
  readonly waiting?: number;
  /** Of `select`. */
  readonly found?: readonly (readonly [key: string, fields: Fields])[];
}
