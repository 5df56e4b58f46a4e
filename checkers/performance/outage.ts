import { NEMESIS } from '../../harness/history/event.ts';
import { INVOKE, OK, type History } from '../../harness/history/history.ts';
import { eachCompleted } from './series.ts';

/** Of one kind of operation: when any was asked, and those that ended ok in the order of their answers; ns. */
export interface Asked {
  readonly f: string;
  readonly asked: readonly number[];
  readonly ok: readonly { readonly asked: number; readonly answered: number }[];
}

/** The longest of all kinds of operation: which kind, and how long, ms. */
export interface Longest {
  readonly f: string;
  readonly ms: number;
}

/** By kind of operation, until `end`; a kind that was never answered ok says nothing of what took it away. */
export function askedUntil(history: History, end: number): Asked[] {
  const kinds = new Map<number, { f: string; asked: number[]; ok: { asked: number; answered: number }[] }>();
  for (let i = 0; i < history.length && history.time[i] <= end; i++) {
    if (history.process[i] === NEMESIS || history.type[i] !== INVOKE) continue;
    const kind = kinds.get(history.f[i]);
    if (kind) kind.asked.push(history.time[i]);
    else
      kinds.set(history.f[i], {
        f: history.functions.valueOf(history.f[i]),
        asked: [history.time[i]],
        ok: [],
      });
  }
  eachCompleted(history, (invoked, completed) => {
    if (history.type[completed] !== OK || history.time[completed] > end) return;
    kinds
      .get(history.f[invoked])
      ?.ok.push({ asked: history.time[invoked], answered: history.time[completed] });
  });
  return [...kinds.values()].filter(({ ok }) => ok.length > 0);
}

/**
 * The longest time in [from, to] for which somebody asked and nobody was answered, ms: it begins with the first question
 * after an answer, for where nobody asks nothing is missing.
 */
export function outage({ asked, ok }: Asked, from: number, to: number): number {
  let longest = 0;
  let last = from;
  let at = firstPlace(asked.length, (i) => asked[i] >= from);
  const until = (time: number): void => {
    while (at < asked.length && asked[at] < last) at++;
    if (at < asked.length && asked[at] < time) longest = Math.max(longest, time - asked[at]);
  };
  for (let i = firstPlace(ok.length, (i) => ok[i].answered >= from); i < ok.length; i++) {
    const { answered } = ok[i];
    if (answered > to) break;
    until(answered);
    last = answered;
  }
  until(to);
  return longest / 1e6;
}

/** Of the kind of operation that was out for longest; null: nothing was ever answered. */
export function longestOutage(kinds: readonly Asked[], from: number, to: number): Longest | null {
  return kinds
    .map((kind) => ({ f: kind.f, ms: outage(kind, from, to) }))
    .reduce<Longest | null>((most, one) => (most === null || one.ms > most.ms ? one : most), null);
}

/** The first of so many places in order at which `is` holds, or their number. */
function firstPlace(length: number, is: (place: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
