import type { Json } from '../../../harness/history/event.ts';
import type { PartitionChange } from '../partition/requests.ts';
import type { Change } from './types.ts';

/** Who acknowledges from here on. `promotion`: the first entry of an epoch, in force at once; else from its commit on. */
export interface ConfigEntry {
  readonly op: 'config';
  readonly members: readonly string[];
  readonly promotion: boolean;
  readonly leader: string;
}

/** An entry of the replicated log; its position (LSN) counts from 1. */
export interface Entry {
  readonly epoch: number;
  readonly change: Change | PartitionChange | ConfigEntry;
}

/** What the write-ahead log holds: it is only ever appended to, so a truncation is a record too. */
type LogRecord =
  | { readonly entry: Entry; readonly lsn: number }
  | { readonly truncate: number }
  | { readonly epoch: number; readonly leader: string | null };

/** The replicated log of one node in memory, and how much of it the disk holds. */
export class ReplicaLog {
  /** Highest epoch this node has promised or followed, and who leads it as far as it knows. */
  epoch = 0;
  leader: string | null = null;
  /** Entries up to here are on disk. */
  durable = 0;
  #entries: Entry[] = [];
  #configs: number[] = [];
  #appended = 0;
  #waiting: { readonly record: number; readonly then: () => void; readonly lsn: number }[] = [];
  readonly #append: (record: Json) => void;

  constructor(append: (record: Json) => void) {
    this.#append = append;
  }

  /** Rebuilds the log from what the disk held. */
  recover(records: readonly Json[]): void {
    for (const record of records as unknown as readonly LogRecord[]) {
      if ('entry' in record) {
        this.#entries[record.lsn - 1] = record.entry;
        this.#enterBy(record.entry, record.lsn);
      } else if ('truncate' in record) this.#cut(record.truncate);
      else [this.epoch, this.leader] = [record.epoch, record.leader];
    }
    this.durable = this.last;
  }

  get last(): number {
    return this.#entries.length;
  }

  /** The LSNs of changes of members, in order. */
  get configs(): readonly number[] {
    return this.#configs;
  }

  /** The entry at an LSN from 1 to {@link last}. */
  at(lsn: number): Entry {
    return this.#entries[lsn - 1];
  }

  /** The epoch of the entry at an LSN; 0 for LSN 0, before the first. */
  epochAt(lsn: number): number {
    return lsn === 0 ? 0 : this.#entries[lsn - 1].epoch;
  }

  slice(from: number, to: number): readonly Entry[] {
    return this.#entries.slice(from - 1, to);
  }

  /** Adds an entry at the end and returns its LSN. */
  push(entry: Entry): number {
    const lsn = this.#entries.push(entry);
    this.#enterBy(entry, lsn);
    this.#write({ entry, lsn }, () => (this.durable = Math.max(this.durable, lsn)), lsn);
    return lsn;
  }

  /** Drops everything after `lsn`. */
  truncate(lsn: number): void {
    this.#cut(lsn);
    this.durable = Math.min(this.durable, lsn);
    // What was on its way to the disk must not count for what takes its place.
    this.#waiting = this.#waiting.filter((item) => item.lsn <= lsn);
    this.#write({ truncate: lsn }, () => undefined, 0);
  }

  /** Promises an epoch; `then` runs once the promise is durable. */
  enter(epoch: number, leader: string | null, then: () => void = () => undefined): void {
    [this.epoch, this.leader] = [epoch, leader];
    this.#write({ epoch, leader }, then, 0);
  }

  /** The disk holds the first `count` records appended since the start. */
  onDurable(count: number): void {
    while (this.#waiting.length > 0 && this.#waiting[0].record <= count) this.#waiting.shift()?.then();
  }

  /** A promotion is also the promise of its epoch: one record, so that no crash can separate the two. */
  #enterBy({ epoch, change }: Entry, lsn: number): void {
    if (change.op === 'config') this.#configs.push(lsn);
    if (change.op === 'config' && change.promotion && epoch >= this.epoch)
      [this.epoch, this.leader] = [epoch, change.leader];
  }

  #cut(lsn: number): void {
    this.#entries.length = lsn;
    this.#configs = this.#configs.filter((config) => config <= lsn);
  }

  #write(record: LogRecord, then: () => void, lsn: number): void {
    this.#waiting.push({ record: ++this.#appended, then, lsn });
    this.#append(record as unknown as Json);
  }
}
