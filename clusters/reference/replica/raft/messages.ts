import type { Entry, Snapshot } from './entry.ts';

/** The leader's log after `previous`, with its commit index; without entries, a heartbeat. */
export interface AppendEntries {
  readonly type: 'append';
  readonly term: number;
  /** The index before the first entry, and that entry's term: the receiver's log must agree there. */
  readonly previous: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
  /** Numbers the leader's questions "do you still follow me?"; answers repeat it. */
  readonly round: number;
}

/** To a follower that lacks what the leader has compacted away. */
export interface InstallSnapshot {
  readonly type: 'snapshot';
  readonly term: number;
  readonly snapshot: Snapshot;
  readonly round: number;
}

/** The answer to both. A `term` above the leader's is a refusal: it has been deposed. */
export interface Appended {
  readonly type: 'appended';
  readonly term: number;
  readonly round: number;
  /** Durable and equal to the leader's log up to here. */
  readonly match: number;
  /** The logs do not agree at `previous`: go on from here, at the latest. */
  readonly retryFrom: number | null;
}

export interface RequestVote {
  readonly type: 'request-vote';
  /** The term that the candidate stands for; of a pre-vote, the one that it would stand for. */
  readonly term: number;
  /** Only asks "would you?": nothing is promised, and no term is entered (thesis §9.6). */
  readonly pre: boolean;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The leader itself asked for this election: whoever still hears it may vote nevertheless (thesis §3.10). */
  readonly transfer: boolean;
}

export interface Voted {
  readonly type: 'voted';
  /** The term that was voted for; with a refusal, the voter's own. */
  readonly term: number;
  readonly pre: boolean;
  readonly granted: boolean;
}

/** The leader hands over: stand for election now. */
export interface TimeoutNow {
  readonly type: 'timeout-now';
  readonly term: number;
}

/** A follower that wants to answer reads asks how far it must have applied. */
export interface ReadIndex {
  readonly type: 'read-index';
  readonly term: number;
  /** Names the question, over restarts of the asker too. */
  readonly ask: number;
}

export interface ReadIndexed {
  readonly type: 'read-indexed';
  readonly term: number;
  readonly ask: number;
  readonly index: number;
}

export type RaftMessage =
  AppendEntries | InstallSnapshot | Appended | RequestVote | Voted | TimeoutNow | ReadIndex | ReadIndexed;
