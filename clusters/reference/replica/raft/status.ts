import type { Status } from '../types.ts';
import type { Leadership } from './leadership.ts';
import type { RaftLog } from './log.ts';

/** How a node stands, for its operator. `readable`: it may show what it has applied. */
export function statusOf(
  name: string,
  log: RaftLog,
  node: {
    readonly leader: string | null;
    readonly leading: Leadership | null;
    readonly readable: boolean;
    readonly applied: number;
  },
): Status {
  const { term, last, lastTerm, durable, members } = log;
  const { leader, leading, readable, applied } = node;
  return {
    name,
    role: leading ? 'leader' : 'follower',
    epoch: term,
    leader,
    serving: leading ? leading.established : readable && leader !== null,
    last,
    lastEpoch: lastTerm,
    durable,
    applied,
    members,
    positions: {},
  };
}
