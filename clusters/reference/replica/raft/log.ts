import type { Json } from '../../../../harness/history/event.ts';
import type { Effect } from '../types.ts';
import { asJson, type Entry, type MembersEntry, type RaftRecord, type Snapshot } from './entry.ts';

type Append = Extract<Effect<never>, { kind: 'append' }>;

interface Waiting {
  readonly record: number;
  /** The entry that the record holds, 0 for others. */
  readonly index: number;
  readonly then: (() => void) | null;
}

/** What one node keeps on disk, mirrored in memory: term, vote, a snapshot and the entries after it. */
export class RaftLog {
  term = 0;
  /** Whom this node voted for in its term. */
  vote: string | null = null;
  /** Entries up to here are on disk. */
  durable = 0;
  /** By the latest entry that changes them, committed or not; `membersAt` is its index, 0 from the beginning. */
  members: readonly string[];
  membersAt = 0;
  #snapshot: Snapshot;
  /** The entries after the snapshot. */
  #entries: Entry[] = [];
  #appended = 0;
  #waiting: Waiting[] = [];
  readonly #append: (effect: Append) => void;
  readonly #forgetsVotes: boolean;

  /** `members`: at the very beginning. `forgetsVotes`: the bug `vote-twice-after-restart`. */
  constructor(members: readonly string[], forgetsVotes: boolean, append: (effect: Append) => void) {
    this.#snapshot = { index: 0, term: 0, members, tables: [] };
    this.members = members;
    this.#forgetsVotes = forgetsVotes;
    this.#append = append;
  }

  /** Rebuilds everything from what the disk held. */
  recover(records: readonly Json[]): void {
    for (const record of records as unknown as readonly RaftRecord[]) {
      if ('entry' in record) this.#entries[record.index - this.#snapshot.index - 1] = record.entry;
      else if ('truncate' in record) this.#entries.length = record.truncate - this.#snapshot.index;
      else [this.term, this.vote] = [record.term, record.vote];
      if ('snapshot' in record) [this.#snapshot, this.#entries] = [record.snapshot, [...record.entries]];
    }
    this.durable = this.last;
    this.term = Math.max(this.term, this.lastTerm);
    this.#findMembers();
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  get last(): number {
    return this.#snapshot.index + this.#entries.length;
  }

  get lastTerm(): number {
    return this.termAt(this.last);
  }

  /** From the snapshot's index to {@link last}; 0 beyond. */
  termAt(index: number): number {
    const { index: base, term } = this.#snapshot;
    return index === base ? term : (this.#entries[index - base - 1]?.term ?? 0);
  }

  /** The entry at an index after the snapshot's, up to {@link last}. */
  at(index: number): Entry {
    return this.#entries[index - this.#snapshot.index - 1];
  }

  /** Entries `from` … `to`, all after the snapshot. */
  slice(from: number, to: number): readonly Entry[] {
    const { index: base } = this.#snapshot;
    return this.#entries.slice(from - base - 1, to - base);
  }

  /** Adds an entry at the end and returns its index. */
  push(entry: Entry): number {
    this.#entries.push(entry);
    const index = this.last;
    if (entry.change.op === 'members') [this.members, this.membersAt] = [entry.change.members, index];
    this.#write({ entry, index }, index, null);
    return index;
  }

  /** Drops everything after `index`. */
  truncate(index: number): void {
    this.#entries.length = index - this.#snapshot.index;
    this.#cutBack(index);
    this.#write({ truncate: index }, 0, null);
    if (this.membersAt > index) this.#findMembers();
  }

  /** Enters a term, or votes in it; `then` runs once that is durable. */
  promise(term: number, vote: string | null, then: (() => void) | null = null): void {
    [this.term, this.vote] = [term, vote];
    if (this.#forgetsVotes) then?.();
    else this.#write({ term, vote }, 0, then);
  }

  /** Puts a snapshot of this node's own state in the place of the entries up to its index. */
  compact(snapshot: Snapshot): void {
    this.#replace(snapshot, this.#entries.slice(snapshot.index - this.#snapshot.index));
  }

  /** Puts a leader's snapshot in the place of everything, but for entries after it that agree with it. */
  install(snapshot: Snapshot): void {
    const { index, term } = snapshot;
    const agrees = index <= this.last && index >= this.#snapshot.index && this.termAt(index) === term;
    if (!agrees) this.#cutBack(0);
    this.#replace(snapshot, agrees ? this.#entries.slice(index - this.#snapshot.index) : []);
  }

  /** The disk holds the first `count` records appended since the start. */
  onDurable(count: number): void {
    let done = 0;
    while (done < this.#waiting.length && this.#waiting[done].record <= count) {
      const { index, then } = this.#waiting[done++];
      if (index > this.durable) this.durable = index;
      then?.();
    }
    this.#waiting = this.#waiting.slice(done);
  }

  #replace(snapshot: Snapshot, entries: Entry[]): void {
    [this.#snapshot, this.#entries] = [snapshot, entries];
    this.#findMembers();
    const { term, vote } = this;
    this.#write({ snapshot, term, vote, entries: [...entries] }, this.last, null);
  }

  /** What was on its way to the disk must not count for what takes its place. */
  #cutBack(index: number): void {
    this.durable = Math.min(this.durable, index);
    this.#waiting = this.#waiting.map((item) => (item.index > index ? { ...item, index: 0 } : item));
  }

  #findMembers(): void {
    const at = this.#entries.findLastIndex((entry) => entry.change.op === 'members');
    this.members = at < 0 ? this.#snapshot.members : (this.#entries[at].change as MembersEntry).members;
    this.membersAt = at < 0 ? 0 : this.#snapshot.index + 1 + at;
  }

  #write(record: RaftRecord, index: number, then: (() => void) | null): void {
    this.#waiting.push({ record: ++this.#appended, index, then });
    const checkpoint = 'snapshot' in record;
    this.#append(
      checkpoint
        ? { kind: 'append', record: asJson(record), checkpoint }
        : { kind: 'append', record: asJson(record) },
    );
  }
}
