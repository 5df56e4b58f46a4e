import { latestMembers } from './leadership.ts';
import type { ReplicaLog } from './log.ts';
import type { Position } from './positions.ts';
import type { Answer } from './tables.ts';
import type { Acknowledgement, Change, ReplicaOptions, Request, Status } from './types.ts';

export interface SingleLeaderOptions extends ReplicaOptions {
  /** Who leads when the log is empty. */
  readonly firstLeader: string;
  readonly ack: Acknowledgement;
  /**
   * A leader that hears of a higher epoch stops, and (unless `async`) answers reads only once its followers have
   * confirmed that they still follow. Without: it goes on for whoever still asks it, a split brain.
   */
  readonly fencing: boolean;
}

/** A read at the leader that waits until its followers have confirmed `round`. */
export interface PendingRead {
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
