import { FAIL, INFO } from '../../../harness/history/history.ts';
import { LIST } from '../kinds.ts';
import { APPEND } from '../micro.ts';
import type { Events } from './events.ts';
import type { Inferred } from './polygraph.ts';

/** More pairs of such appends are not ordered one by one. */
const MOST = 300_000;

/**
 * Appends that no read shows, the last of each transaction to a key: they come after what is shown, in an order of which
 * nothing is known. By key, none where there is but one.
 */
export function tailsOf({
  transactions,
  kinds,
  lists,
  observations,
}: Inferred): readonly (readonly number[])[] {
  const { kind, key, owner, status, keys } = transactions;
  const tails = keys.map((): number[] => []);
  for (let m = 0; m < kind.length; m++) {
    const k = key[m];
    if (kind[m] !== APPEND || kinds.of[k] !== LIST || lists.position[m] >= 0) continue;
    const t = owner[m];
    // Of an indeterminate transaction only what was seen says that it committed.
    const isOut = status[t] === INFO && observations.offset[t] === observations.offset[t + 1] && !isSeen(t);
    if (isOut || lists.trusted[k] < lists.longest[k].length || status[t] === FAIL) continue;
    const last = tails[k][tails[k].length - 1];
    if (last !== undefined && owner[last] === t) tails[k][tails[k].length - 1] = m;
    else tails[k].push(m);
  }
  return tails.filter((tail) => tail.length > 1);

  function isSeen(t: number): boolean {
    for (let m = transactions.first[t]; m < transactions.first[t + 1]; m++)
      if (lists.position[m] >= 0) return true;
    return false;
  }
}

/** Can their order be sought? */
export const areFew = (tails: readonly (readonly number[])[]): boolean =>
  tails.reduce((pairs, { length }) => pairs + (length * (length - 1)) / 2, 0) <= MOST;

/** Supposes the order in which they completed: a schedule that is found so is one, while finding none says nothing. */
export function supposeTails(
  { transactions }: Inferred,
  tails: readonly (readonly number[])[],
  events: Events,
): void {
  const { owner, complete } = transactions;
  for (const tail of tails) {
    const writers = tail.map((m) => owner[m]).sort((a, b) => complete[a] - complete[b]);
    for (let i = 1; i < writers.length; i++)
      events.before(events.end(writers[i - 1]), events.overwriting(writers[i]));
  }
}
