import {
  isPartitionChange,
  isPartitionRequest,
  type PartitionChange,
  type PartitionQuery,
  type PartitionRequest,
} from '../partition/requests.ts';
import { isChange } from './tables.ts';
import { latestMembers } from './leadership.ts';
import type { ReplicaLog } from './log.ts';
import type {
  Acknowledging,
  Change,
  Discarded,
  RefusalCode,
  ReplicaOptions,
  Reply,
  Request,
  Status,
} from './types.ts';

export interface SingleLeaderOptions extends ReplicaOptions, Acknowledging {
  /** Who leads when the log is empty. */
  readonly firstLeader: string;
  /**
   * A write that nobody acknowledges for so many ms is acknowledged without, as are those after it, until enough
   * followers have caught up (MySQL's rpl_semi_sync_source_timeout); 0 = it waits for ever.
   */
  readonly fallbackMs: number;
  /**
   * A leader that hears of a higher epoch stops, and (unless `async`) answers reads only once its followers have
   * confirmed that they still follow. Without: it goes on for whoever still asks it, a split brain.
   */
  readonly fencing: boolean;
}

/** Does a leader ask its followers whether they still follow before it answers a read? */
export function confirmsReads({ fencing, ack, bug }: SingleLeaderOptions): boolean {
  return fencing && ack !== 'async' && bug !== 'no-read-confirmation';
}

/** A read at the leader that waits until its followers have confirmed `round`. */
export interface PendingRead {
  readonly id: number;
  readonly request: Exclude<Request, Change> | PartitionQuery;
  readonly round: number;
}

export class PendingReads {
  #reads: PendingRead[] = [];

  push(read: PendingRead): void {
    this.#reads.push(read);
  }

  /** Takes out those that this round confirms. */
  upTo(round: number): readonly PendingRead[] {
    if (this.#reads.length === 0) return this.#reads;
    const confirmed = this.#reads.filter((read) => read.round <= round);
    if (confirmed.length > 0) this.#reads = this.#reads.filter((read) => read.round > round);
    return confirmed;
  }
}

/** Whoever is refused for want of a leader is told who leads, if anybody knows. */
export function refusal(name: string, code: RefusalCode, message: string, leader: string | null): Reply {
  const told = { ok: false, code, message: `${name} ${message}` } as const;
  return code === 'not-leader' && leader !== null && leader !== name ? { ...told, leader } : told;
}

/** For the node's log: does the leader acknowledge alone, or with its followers again? */
export function footingOf(alone: boolean, fallbackMs: number): string {
  return alone
    ? `falls back to asynchronous replication: no acknowledgement for ${fallbackMs} ms`
    : 'replicates synchronously again: its followers have caught up';
}

/** How a node stands by its log. */
export function statusOf(
  name: string,
  log: ReplicaLog,
  {
    leads,
    serving,
    applied,
  }: { readonly leads: boolean; readonly serving: boolean; readonly applied: number },
): Status {
  const { epoch, leader, last, durable } = log;
  return {
    name,
    role: leads ? 'leader' : 'follower',
    epoch,
    leader,
    serving,
    last,
    lastEpoch: log.epochAt(last),
    durable,
    applied,
    members: latestMembers(log),
    positions: {},
  };
}

/** The changes after `lsn`, which are about to be dropped. */
export function changesAfter(log: ReplicaLog, lsn: number): Discarded[] {
  return log
    .slice(lsn + 1, log.last)
    .flatMap(({ epoch, change }, i) =>
      change.op === 'config' || isPartitionRequest(change) ? [] : [{ id: `${epoch}:${lsn + 1 + i}`, change }],
    );
}

export function goesIntoLog(request: Request | PartitionRequest): request is Change | PartitionChange {
  return isPartitionRequest(request) ? isPartitionChange(request) : isChange(request);
}

/** How far before a disagreement the logs are compared next. */
const STEP_BACK = 32;

/** Where the leader is to go on when the logs disagree. */
export function stepBack(log: ReplicaLog, { previous }: { readonly previous: number }): number {
  return Math.max(1, Math.min(log.last + 1, previous - STEP_BACK));
}
