import type { Json } from '../../../../harness/history/event.ts';
import type { Change, Reply, Request } from '../types.ts';

/**
 * What the coordinator keeps: who may lead, and what the last promotion decided. A holder renews it by counting on; one
 * who sees no change for the time to live, by its own ticks, takes it for expired.
 */
export interface Lock {
  /** Null: given back. */
  readonly holder: string | null;
  /** Counts the attempts to take the lock: the epoch that its holder may lead. */
  readonly term: number;
  readonly beat: number;
  /** The last epoch that was decided, who led it, and whose acknowledgements counted when it began. */
  readonly epoch: number;
  readonly leader: string;
  readonly members: readonly string[];
  /** How far the leader's log had come when it last renewed. */
  readonly position: number;
}

const ROW = { table: 'coordinator', key: 'leader' };
const FIELD = 'lock';

export const READ_LOCK: Request = { op: 'read', ...ROW, at: 'confirmed' };

export function swapLock(old: Lock | null, next: Lock): Change {
  return { op: 'cas', ...ROW, field: FIELD, old: old as Json, new: next as unknown as Json };
}

/** What a read of it gave; undefined when it was not answered. */
export function lockOf(reply: Reply): Lock | null | undefined {
  return reply.ok ? ((reply.fields?.[FIELD] ?? null) as unknown as Lock | null) : undefined;
}

export function sameLock(a: Lock | null, b: Lock | null): boolean {
  return a?.term === b?.term && a?.beat === b?.beat && a?.holder === b?.holder;
}
