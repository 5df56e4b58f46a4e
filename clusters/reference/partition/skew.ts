import type { Status } from '../replica/types.ts';
import type { Partitioning } from './partitioning.ts';

/** What each shard's nodes have been asked since they started, by shard. */
type Counts = ReadonlyMap<string, number>;

/**
 * How unevenly the shards that own data are asked, by what their nodes say: since the sample before (`before`, by shard),
 * the most asked shard over the mean; since the start, the hottest key's share of all requests, in per mille (a key's
 * count may be too high by 1/64 of its node's requests).
 */
export function skewOf(
  groups: Partitioning['groups'],
  statuses: ReadonlyMap<string, Status>,
  owners: readonly string[],
  before: Counts,
): { readonly gauges: Readonly<Record<string, number>>; readonly requests: Counts } {
  const requests = new Map<string, number>();
  const keys = new Map<string, number>();
  for (const { shard, nodes } of groups)
    for (const node of nodes) {
      const partitions = statuses.get(node)?.partitions;
      if (partitions === undefined) continue;
      requests.set(shard, (requests.get(shard) ?? 0) + partitions.requests);
      for (const [key, count] of partitions.hot) keys.set(key, (keys.get(key) ?? 0) + count);
    }
  const total = sumOf(requests.values());
  if (total === 0) return { gauges: {}, requests };
  // A node that has started anew counts from 0 again.
  const lately = owners.map((shard) => {
    const now = requests.get(shard) ?? 0;
    const then = before.get(shard) ?? 0;
    return now < then ? now : now - then;
  });
  const sum = sumOf(lately);
  const hottest = Math.max(0, ...keys.values());
  const gauges = {
    ...(sum === 0
      ? {}
      : {
          'skew-max-over-mean-per-mille': Math.round((Math.max(...lately) * owners.length * 1000) / sum),
        }),
    'hottest-key-per-mille': Math.round((hottest * 1000) / total),
    'shards-that-own-data': owners.length,
    ...Object.fromEntries([...requests].map(([shard, count]) => [`requests:${shard}`, count])),
  };
  return { gauges, requests };
}

function sumOf(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
