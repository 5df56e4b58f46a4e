// What transactions over several shards ask of a shard, beside its rows.
import type { Json } from '../../../../harness/history/event.ts';
import type { Fields, ReadAt } from '../../replica/types.ts';

/**
 * One operation of a transaction: `read` gives the row · `put` replaces it by these fields · `merge` changes these
 * fields · `append` adds to the list in its field `value` · `delete` · `check` lets the transaction commit only if the row
 * is this one (null: none).
 */
export interface RowOperation {
  readonly f: 'read' | 'put' | 'merge' | 'append' | 'delete' | 'check';
  readonly table: string;
  readonly key: string;
  readonly value: Json;
}

/** The operations of one shard. */
export interface Part {
  readonly shard: string;
  readonly operations: readonly RowOperation[];
}

/** Entries of a shard's log. */
export type TwoPhaseChange =
  /**
   * Locks the rows and reads them; what it would write is kept until the coordinator's shard has decided. `alone`: nobody
   * else takes part, it is carried out at once. Asked again, it answers as before, and refuses once it is over. `since`:
   * the coordinator's transactions with a lesser number (the end of their names) are over everywhere.
   */
  | {
      readonly op: 'prepare';
      readonly txn: string;
      readonly coordinator: string;
      readonly operations: readonly RowOperation[];
      readonly alone: boolean;
      readonly since: number;
    }
  /** At the coordinator's shard: the outcome, for good. The first decision counts; the answer tells it. */
  | {
      readonly op: 'decide';
      readonly txn: string;
      readonly commit: boolean;
      readonly shards: readonly string[];
    }
  /** Carries a prepared transaction out, or drops it. One that is not known (any more) is finished. */
  | { readonly op: 'finish'; readonly txn: string; readonly commit: boolean }
  /** At the coordinator's shard: all have finished, nobody will ask again. */
  | { readonly op: 'forget'; readonly txn: string };

/** Transactions that are prepared here, and those decided here that may not be finished everywhere. */
export interface TwoPhaseQuery {
  readonly op: 'unfinished';
  readonly at: ReadAt;
}

export interface TwoPhaseReply {
  /** Of `prepare`: what each operation read, null where it reads nothing or nothing is there. */
  readonly results?: readonly (Fields | null)[];
  /** Of `decide`. */
  readonly commit?: boolean;
  /** Of `unfinished`. */
  readonly prepared?: readonly { readonly txn: string; readonly coordinator: string }[];
  readonly decided?: readonly { readonly txn: string; readonly shards: readonly string[] }[];
}

/** A transaction over shards, as a client asks the leader of the first part's shard to coordinate it. */
export interface SpreadTransaction {
  readonly op: 'spread';
  readonly parts: readonly Part[];
  readonly at: ReadAt;
}
