import type { Acknowledging } from './types.ts';

/** How many of `followers` must acknowledge. */
export function required({ ack, k }: Acknowledging, followers: number): number {
  switch (ack) {
    case 'async':
      return 0;
    case 'semi-sync':
      return Math.min(1, followers);
    case 'first':
    case 'any':
      return Math.min(k, followers);
    case 'sync':
      return followers;
  }
}

/**
 * How many followers a failover must have fenced and compared, so that at least one of them has every acknowledged
 * entry: any `required` of them and any this many of them have one in common. Asynchronous replication gives no
 * such number: there, one is enough to promote and no number is enough to be sure.
 */
export function neededForFailover(mode: Acknowledging, followers: number): number {
  return mode.ack === 'async' ? 1 : followers - required(mode, followers) + 1;
}

/** The highest value that at least `count` of these have reached; 0 of fewer, Infinity when none needs to. */
export function reachedBy(values: readonly number[], count: number): number {
  if (count === 0) return Infinity;
  return descending(values)[count - 1] ?? 0;
}

/** A copy in descending order, by insertion into a few places: this is done for every answer of every follower. */
export function descending(values: readonly number[]): number[] {
  const sorted: number[] = [];
  for (const value of values) {
    let at = sorted.length;
    while (at > 0 && sorted[at - 1] < value) {
      sorted[at] = sorted[at - 1];
      at -= 1;
    }
    sorted[at] = value;
  }
  return sorted;
}
