import { hash32 } from '../../replica/hash.ts';
import { bucketScheme } from './buckets.ts';
import { BadMap } from './map.ts';
import type { Scheme } from './scheme.ts';

/** A number of partitions that is chosen once (Riak, Elasticsearch, Couchbase): the hash modulo it. @throws BadMap */
export function fixed(partitions: number): Scheme {
  if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > 100_000)
    throw new BadMap(`partitions=${partitions}: use a whole number from 1 to 100000`);
  return bucketScheme('fixed', partitions, (key) => hash32(key) % partitions);
}
