import type { BugName } from '../../bugs.ts';
import { neededForFailover } from '../quorum.ts';
import type { Acknowledging, Status } from '../types.ts';
import type { Lock } from './lock.ts';

/** Who may be promoted, and with whom; or why nobody may. */
export type Outcome =
  { readonly won: true; readonly members: readonly string[] } | { readonly won: false; readonly why: string };

/**
 * Compares the nodes that answered a candidate, as an operator does: only those whose acknowledgements counted until
 * now, and as many as must be to have all that was acknowledged; the old leader alone has all of it. The candidate
 * wins if nobody among them is ahead of it.
 */
export function judgeRace(
  candidate: string,
  standings: ReadonlyMap<string, Status>,
  lock: Pick<Lock, 'epoch' | 'leader' | 'members'>,
  mode: Acknowledging & { readonly bug?: BugName | 'none' },
): Outcome {
  const eligible = [...standings.values()].filter(
    ({ name, lastEpoch, members }) =>
      lock.members.includes(name) || (lastEpoch === lock.epoch && members.includes(name)),
  );
  const own = eligible.find(({ name }) => name === candidate);
  if (own === undefined) return { won: false, why: `${candidate} is no member` };
  const best = eligible.reduce((one, other) => (isAhead(other, one) ? other : one));
  const followers = best.members.filter((name) => name !== lock.leader).length;
  const answered = eligible.filter(({ name }) => name !== lock.leader).length;
  const needed = neededForFailover(mode, followers);
  if (answered < needed && answered === eligible.length && mode.bug !== 'lock-decides-alone')
    return { won: false, why: `${needed} members must be compared, and ${answered} answer` };
  if (isAhead(best, own) && mode.bug !== 'lock-decides-alone')
    return { won: false, why: `${best.name} is ahead of ${candidate}` };
  return { won: true, members: eligible.map(({ name }) => name).sort() };
}

/** A later epoch's log is ahead of any earlier one's; within an epoch, the longer. */
function isAhead(a: Status, b: Status): boolean {
  return a.lastEpoch === b.lastEpoch ? a.durable > b.durable : a.lastEpoch > b.lastEpoch;
}
