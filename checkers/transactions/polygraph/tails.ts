import { OK } from '../../../harness/history/history.ts';
import { LIST } from '../kinds.ts';
import { APPEND } from '../micro.ts';
import type { Events } from './events.ts';
import type { Inferred } from './polygraph.ts';

/**
 * Appends that no read shows have an order all the same, and under snapshot isolation their transactions were not
 * concurrent. Supposes the order in which they completed: a schedule that is found so is played back like any other,
 * while finding none says nothing.
 */
export function supposeTails({ transactions, kinds, lists }: Inferred, events: Events): void {
  const { kind, key, owner, status, complete, keys } = transactions;
  const tails = keys.map((): number[] => []);
  for (let m = 0; m < kind.length; m++)
    if (kind[m] === APPEND && kinds.of[key[m]] === LIST && lists.position[m] < 0 && status[owner[m]] === OK)
      tails[key[m]].push(owner[m]);
  tails.forEach((tail, k) => {
    if (tail.length === 0) return;
    const seen = lists.longest[k].length;
    const last = seen === 0 ? -1 : lists.order[lists.offset[k] + seen - 1];
    const writers = tail.sort((a, b) => complete[a] - complete[b]);
    if (last >= 0) writers.unshift(owner[last]);
    for (let i = 1; i < writers.length; i++)
      if (writers[i] !== writers[i - 1])
        events.before(events.end(writers[i - 1]), events.overwriting(writers[i]));
  });
}
