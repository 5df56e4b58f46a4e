import { BadMap, PartitionMap, byName } from './map.ts';
import { bucketMap, numbered, type Member, type Scheme } from './scheme.ts';

/**
 * A fixed number of partitions, many more than shards, which only ever move whole: as few as bring everybody to their
 * share. `bucketOf`: the partition of a key. After Kleppmann, Designing data-intensive applications, 2017, ch. 6.
 */
export function bucketScheme(name: string, buckets: number, bucketOf: (key: string) => number): Scheme {
  const digits = String(buckets - 1).length;
  const ownersOf = (map: PartitionMap): string[] =>
    Array.from({ length: buckets }, (_, bucket) => map.ownerOf(numbered(bucket, digits)).shard);
  const mapOf = (owners: readonly string[]) => new PartitionMap(bucketMap(owners, digits));
  return {
    name,
    tokenOf: (key) => numbered(bucketOf(key), digits),
    place: (members) => {
      const owners: string[] = [];
      for (const [shard, share] of sharesOf(members, buckets))
        for (let i = 0; i < share; i++) owners.push(shard);
      return mapOf(owners);
    },
    replace: (present, members) => mapOf(rebalanced(ownersOf(present), sharesOf(members, buckets))),
  };
}

/** How many of the buckets each member is due: in proportion to its weight, by largest remainder. @throws BadMap */
export function sharesOf(members: readonly Member[], buckets: number): Map<string, number> {
  checkWeights(members);
  if (members.length > buckets)
    throw new BadMap(`${members.length} shards cannot share ${buckets} partitions: some would own none`);
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const due = members.map(({ shard, weight }) => ({
    shard,
    share: Math.floor((buckets * weight) / total),
    rest: (buckets * weight) % total,
  }));
  let left = buckets - due.reduce((sum, { share }) => sum + share, 0);
  for (const one of [...due].sort((a, b) => b.rest - a.rest || byName(a.shard, b.shard))) {
    if (left-- <= 0) break;
    one.share += 1;
  }
  return new Map(due.map(({ shard, share }) => [shard, share]));
}

/** @throws BadMap for a weight that is no positive whole number. */
export function checkWeights(members: readonly Member[]): void {
  if (members.length === 0) throw new BadMap('there must be at least one shard that owns data');
  for (const { shard, weight } of members)
    if (!Number.isSafeInteger(weight) || weight < 1)
      throw new BadMap(
        `weight ${weight} of ${shard}: use a whole number from 1 up (a shard that is to own nothing is a spare)`,
      );
}

/** Whoever has too many gives their last ones to whoever has too few. */
function rebalanced(owners: readonly string[], shares: ReadonlyMap<string, number>): string[] {
  const left = new Map(shares);
  const next = owners.map((shard) => {
    const share = left.get(shard) ?? 0;
    if (share > 0) left.set(shard, share - 1);
    return share > 0 ? shard : null;
  });
  const takers = [...left].flatMap(([shard, share]) => Array.from({ length: share }, () => shard));
  return next.map((shard) => shard ?? (takers.shift() as string));
}
