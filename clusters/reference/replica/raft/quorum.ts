import type { BugName } from '../../bugs.ts';
import { descending } from '../quorum.ts';

/** How many of `members` are a majority: any two of them have one in common. */
export function majority(members: number, bug: BugName | 'none'): number {
  return bug === 'election-by-minority' ? Math.ceil(members / 2) : Math.floor(members / 2) + 1;
}

/** The highest value that so many of these have reached; 0 when there are not so many. */
export function reachedBy(values: readonly number[], count: number): number {
  if (values.length < count) return 0;
  return descending(values)[count - 1];
}
