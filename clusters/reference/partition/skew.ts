import type { Status } from '../replica/types.ts';
import type { Partitioning } from './partitioning.ts';

/**
 * How unevenly the shards that own data are asked, by what their nodes say: the most asked shard over the mean, and the
 * hottest key's share of all requests, in per mille (a key's count may be too high by 1/64 of its node's requests).
 */
export function skewOf(
  groups: Partitioning['groups'],
  statuses: ReadonlyMap<string, Status>,
  owners: readonly string[],
): Readonly<Record<string, number>> {
  const requests = new Map<string, number>();
  const keys = new Map<string, number>();
  for (const { shard, nodes } of groups)
    for (const node of nodes) {
      const partitions = statuses.get(node)?.partitions;
      if (partitions === undefined) continue;
      requests.set(shard, (requests.get(shard) ?? 0) + partitions.requests);
      for (const [key, count] of partitions.hot) keys.set(key, (keys.get(key) ?? 0) + count);
    }
  const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return {};
  const most = Math.max(...requests.values());
  const hottest = Math.max(0, ...keys.values());
  return {
    'skew-max-over-mean-per-mille': Math.round((most * owners.length * 1000) / total),
    'hottest-key-per-mille': Math.round((hottest * 1000) / total),
    'shards-that-own-data': owners.length,
    ...Object.fromEntries([...requests].map(([shard, count]) => [`requests:${shard}`, count])),
  };
}
