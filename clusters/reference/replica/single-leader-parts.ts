import { latestMembers } from './leadership.ts';
import type { ReplicaLog } from './log.ts';
import type { Position } from './positions.ts';
import type { Answer } from './tables.ts';
import type { Acknowledging, Change, Discarded, ReplicaOptions, Request, Status } from './types.ts';

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

/** A read at the leader that waits until its followers have confirmed `round`. */
interface PendingRead {
  readonly id: number;
  readonly request: Exclude<Request, Change>;
  readonly round: number;
}

/** The answer, which nobody else has yet, with where in the log it stands. */
export function positioned(
  answer: { -readonly [field in keyof Answer]: Answer[field] },
  position: Position,
): Answer {
  answer.position = position;
  return answer;
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
      change.op === 'config' ? [] : [{ id: `${epoch}:${lsn + 1 + i}`, change }],
    );
}
