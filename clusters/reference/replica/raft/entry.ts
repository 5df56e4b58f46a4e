import type { Json } from '../../../../harness/history/event.ts';
import type { TablesImage } from '../tables.ts';
import type { PartitionChange } from '../../partition/requests.ts';
import type { Change } from '../types.ts';
import type { CommitEntry } from './transactions.ts';

/** The first entry of every term: until it is committed, nothing of an older term counts (thesis §3.6.2, §6.4). */
export interface NoOperation {
  readonly op: 'none';
}

/** The members from here on: in force as soon as it stands in a log, committed or not (thesis §4.1). */
export interface MembersEntry {
  readonly op: 'members';
  readonly members: readonly string[];
}

/** An entry of the replicated log; its index counts from 1. */
export interface Entry {
  readonly term: number;
  readonly change: Change | PartitionChange | NoOperation | MembersEntry | CommitEntry;
}

/** The state machine as of an index, in the place of all entries up to there. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly members: readonly string[];
  readonly tables: TablesImage;
}

/** What the write-ahead log holds: it is only ever appended to, so a truncation is a record too. */
export type RaftRecord =
  | { readonly entry: Entry; readonly index: number }
  | { readonly truncate: number }
  | { readonly term: number; readonly vote: string | null }
  /** Stands for all records before it. */
  | Checkpoint;

export interface Checkpoint {
  readonly snapshot: Snapshot;
  readonly term: number;
  readonly vote: string | null;
  /** What follows the snapshot. */
  readonly entries: readonly Entry[];
}

export function asJson(record: RaftRecord): Json {
  return record as unknown as Json;
}
