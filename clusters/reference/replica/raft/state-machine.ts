import { positioned, type Position } from '../positions.ts';
import { Tables } from '../tables.ts';
import type { ReplicaOptions, Reply } from '../types.ts';
import type { Isolation, MicroOperation } from '../transaction.ts';
import type { Entry, Snapshot } from './entry.ts';
import type { RaftLog } from './log.ts';
import type { Query } from './reads.ts';
import { answered, applyCommit, commitOf, type CommitEntry, type OpenTransactions } from './transactions.ts';

/** What applying the committed entries gives, and when to put a snapshot in their place. */
export class StateMachine {
  applied = 0;
  #tables: Tables;
  readonly #log: RaftLog;
  readonly #snapshotEvery: number;
  readonly #options: ReplicaOptions;

  constructor(log: RaftLog, snapshotEvery: number, options: ReplicaOptions) {
    this.#log = log;
    this.#snapshotEvery = snapshotEvery;
    this.#options = options;
    this.#tables = new Tables(options);
  }

  /** Goes back, or on, to the log's snapshot. */
  restore(): void {
    this.#tables = new Tables(this.#options, this.#log.snapshot.tables);
    this.applied = this.#log.snapshot.index;
  }

  /** Applies what is committed and durable here; `done` hears of each entry. */
  apply(commit: number, done: (index: number, reply: Reply) => void): void {
    const to = Math.min(commit, this.#log.durable);
    if (to <= this.applied) return;
    if (this.applied < this.#log.snapshot.index) {
      if (to < this.#log.snapshot.index) return;
      this.restore();
    }
    const early =
      this.#options.bug === 'snapshot-without-last-entries' && this.#due(to) ? this.#image(to) : null;
    while (this.applied < to) {
      const { change } = this.#log.at(++this.applied);
      done(this.applied, positioned(this.#applyOne(change), this.position));
    }
    if (this.#due(to)) this.#log.compact(early ?? this.#image(to));
  }

  answer(query: Query): Reply {
    if (query.op === 'txn') return { ok: true, operations: answered(this.#tables, query.operations) };
    return positioned(this.#tables.answer(query), this.position);
  }

  /** Terms only grow along the log, and what is applied never changes: who is past it has applied it. */
  get position(): Position {
    return { epoch: this.#log.termAt(this.applied), lsn: this.applied };
  }

  /** A transaction that begins and wants to commit now. */
  commitOf(operations: readonly MicroOperation[], isolation: Isolation): CommitEntry {
    return commitOf(this.#tables, operations, isolation);
  }

  /** Takes open transactions one operation on; gives those that are through. */
  takeOn(open: OpenTransactions): ReturnType<OpenTransactions['step']> {
    return open.step(this.#tables);
  }

  #applyOne(change: Entry['change']): Reply {
    if (change.op === 'none' || change.op === 'members') return { ok: true };
    if (change.op === 'commit') return applyCommit(this.#tables, change, this.applied);
    return this.#tables.apply(change);
  }

  /** A snapshot costs as much as there are rows: so many entries pay for it. */
  #due(index: number): boolean {
    const { snapshot, membersAt } = this.#log;
    return (
      index - snapshot.index >= this.#snapshotEvery &&
      index - snapshot.index >= this.#tables.size &&
      membersAt <= index
    );
  }

  #image(index: number): Snapshot {
    const { members } = this.#log;
    return { index, term: this.#log.termAt(index), members, tables: this.#tables.image() };
  }
}
