import type { SingleLeaderMessage } from '../messages.ts';
import type { RaftMessage } from '../raft/messages.ts';
import type { Change, Reply, Status } from '../types.ts';

/** Between nodes with automatic failover. */
export type AutomaticMessage =
  | { readonly type: 'store'; readonly message: SingleLeaderMessage }
  | { readonly type: 'coordinator'; readonly message: RaftMessage }
  /** To whom leads the coordinator: swap the lock. */
  | { readonly type: 'swap'; readonly id: number; readonly change: Change }
  | { readonly type: 'swapped'; readonly id: number; readonly reply: Reply }
  /** How far have you come? `fence`: and follow nobody of an earlier term from now on. */
  | { readonly type: 'candidate'; readonly term: number; readonly fence: boolean }
  | { readonly type: 'standing'; readonly term: number; readonly status: Status };
