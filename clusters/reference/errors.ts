import type { Completion } from '../../harness/cluster.ts';
import type { Assignment } from './partition/maps/map.ts';
import type { RefusalCode } from './replica/types.ts';

/** How far a request had come when it failed: nothing of it had left this process, or some of it may have. */
export type Phase = 'not-sent' | 'sent';

/** A request that got no answer, or a refusal. */
export class StoreError extends Error {
  readonly code: string;
  readonly phase: Phase;
  /** Who leads, as far as the node that refused knows. */
  readonly leader: string | undefined;
  /** With `moved`: the shard that owns the key's range, where the node knew. */
  readonly owner: Assignment | undefined;
  /** The node that was asked, once that is known. */
  node: string | undefined;

  constructor(code: string, phase: Phase, message: string, leader?: string, owner?: Assignment) {
    super(message);
    this.code = code;
    this.phase = phase;
    this.leader = leader;
    this.owner = owner;
  }
}

/**
 * What the server's refusals say about a write. `fail`: it certainly did not happen, the server refused before it
 * put anything into its log. `info`: the entry is in some logs, and the next leader decides; or too few replicas have
 * acknowledged it, and those that have it will spread it.
 */
const REFUSALS: Readonly<Record<RefusalCode, 'fail' | 'info'>> = {
  'not-leader': 'fail',
  'not-ready': 'fail',
  'bad-request': 'fail',
  behind: 'fail',
  conflict: 'fail',
  moved: 'fail',
  moving: 'fail',
  deposed: 'info',
  'no-quorum': 'info',
};

/** Errors of sockets and time: a write that was not sent did not happen, one that was sent may still. */
const UNANSWERED: Readonly<Record<Phase, 'fail' | 'info'>> = { 'not-sent': 'fail', sent: 'info' };

/** The completion of an operation that ended in this error. A read has no effect, so that it may always `fail`. */
export function completionOf(error: StoreError, isRead: boolean): Completion {
  const type = isRead ? 'fail' : (REFUSALS[error.code as RefusalCode] ?? UNANSWERED[error.phase]);
  return { type, error: { code: error.code, message: error.message } };
}
