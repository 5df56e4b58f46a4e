import { hash32 } from '../../replica/hash.ts';
import { BadMap, PartitionMap, byName } from './map.ts';
import { bucketMap, numbered, type Member, type Scheme } from './scheme.ts';

/** A multiple of 1 … 8: the hash modulo this tells the hash modulo any of those. */
const BUCKETS = 840;
const DIGITS = 3;
const MOST = 8;

/** Key k belongs to member hash(k) mod N: simple, and nearly everything moves when N changes (N/(N+1) for one more). */
export const modulo: Scheme = {
  name: 'modulo',
  tokenOf: (key) => numbered(hash32(key) % BUCKETS, DIGITS),
  place,
  replace: (_present, members) => place(members),
};

function place(members: readonly Member[]): PartitionMap {
  if (members.length < 1 || members.length > MOST)
    throw new BadMap(`hash modulo takes 1 to ${MOST} shards, not ${members.length}`);
  const heavy = members.find(({ weight }) => weight !== 1);
  if (heavy)
    throw new BadMap(`hash modulo knows no weights: ${heavy.shard} cannot have weight ${heavy.weight}`);
  const names = members.map(({ shard }) => shard).sort(byName);
  const owners = Array.from({ length: BUCKETS }, (_, bucket) => names[bucket % names.length]);
  return new PartitionMap(bucketMap(owners, DIGITS));
}
