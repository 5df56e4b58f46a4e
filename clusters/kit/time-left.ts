import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';

/** What a step gets at least, ms. */
const STEP_MS = 5_000;

/**
 * The time that is left of so many ms from now, ms, for one step after another; never less than a step needs to be tried at all: that the
 * machine was late before it is not the database's doing.
 */
export function timeLeft(clock: Clock, deadlineMs: number): () => number {
  const end = clock.now() + deadlineMs * MILLISECOND;
  return () => Math.max(STEP_MS, (end - clock.now()) / MILLISECOND);
}
