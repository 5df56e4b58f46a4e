import type { BugName } from '../../bugs.ts';
import type { Entry } from './entry.ts';
import type { RaftLog } from './log.ts';
import type { AppendEntries, InstallSnapshot } from './messages.ts';

/** What came of a leader's entries. */
export interface Taken {
  /** The logs do not agree before the first entry: where the leader should go on. */
  readonly retryFrom: number | null;
  /** Entries after this one were dropped: a tail that the leader does not have; null for none. */
  readonly cut: number | null;
  /** There are new entries for the disk: the acknowledgement waits for it. */
  readonly fresh: boolean;
}

/** Brings a node's log in line with its leader's (Raft, §5.3). */
export class Follower {
  /** Our log equals the leader's of this term up to here. */
  matched = 0;
  readonly #log: RaftLog;
  readonly #bug: BugName | 'none';

  constructor(log: RaftLog, bug: BugName | 'none') {
    this.#log = log;
    this.#bug = bug;
  }

  /** What may be acknowledged: the leader may count it as never to be lost. */
  get acknowledged(): number {
    return Math.min(this.matched, this.#log.durable);
  }

  append({ previous, previousTerm, entries }: AppendEntries): Taken {
    const log = this.#log;
    const base = log.snapshot.index;
    // What the snapshot holds was committed: the leader has the same.
    if (previous + entries.length <= base) return this.#took(base, null, false);
    if (previous > log.last || (previous >= base && this.#disagrees(previous, previousTerm)))
      return { retryFrom: this.#before(previous), cut: null, fresh: false };
    const last = log.last;
    const cut = this.#take(previous, entries);
    return this.#took(previous + entries.length, cut, cut !== null || log.last > last);
  }

  install({ snapshot }: InstallSnapshot): Taken {
    if (snapshot.index <= this.#log.snapshot.index) return this.#took(this.#log.snapshot.index, null, false);
    this.#log.install(snapshot);
    return this.#took(snapshot.index, null, true);
  }

  #took(upTo: number, cut: number | null, fresh: boolean): Taken {
    this.matched = Math.max(this.matched, upTo);
    return { retryFrom: null, cut, fresh };
  }

  #disagrees(index: number, term: number): boolean {
    return this.#bug !== 'append-without-consistency-check' && this.#log.termAt(index) !== term;
  }

  /** Appends what is new; an entry of another term in its place starts a tail that never counted: it goes. */
  #take(previous: number, entries: readonly Entry[]): number | null {
    const log = this.#log;
    let cut: number | null = null;
    for (let i = Math.max(0, log.snapshot.index - previous); i < entries.length; i++) {
      const index = previous + 1 + i;
      if (index <= log.last && log.termAt(index) === entries[i].term) continue;
      if (index <= log.last) log.truncate((cut = index - 1));
      log.push(entries[i]);
    }
    return cut;
  }

  /** Where to look for agreement next: the first entry of the term that is wrong, or the end of a log too short. */
  #before(previous: number): number {
    const log = this.#log;
    if (previous > log.last) return log.last + 1;
    const term = log.termAt(previous);
    let index = previous;
    while (index - 1 > log.snapshot.index && log.termAt(index - 1) === term) index -= 1;
    return index;
  }
}
