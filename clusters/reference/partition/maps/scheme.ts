import type { Assignment, PartitionMap } from './map.ts';

/** A shard that is to own data; `weight`: how much, in proportion to the others'. */
export interface Member {
  readonly shard: string;
  readonly weight: number;
}

/** A way of partitioning: how keys become tokens, and who is to own which of them. */
export interface Scheme {
  readonly name: string;
  tokenOf(key: string): string;
  /** The map to begin with. @throws BadMap */
  place(members: readonly Member[]): PartitionMap;
  /** The map for other members, given the one there is. @throws BadMap */
  replace(present: PartitionMap, members: readonly Member[]): PartitionMap;
}

/** Whole numbers of a fixed width, so that they compare as texts. */
export function numbered(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/**
 * A map of the buckets 0 … owners.length - 1, whose tokens are numbers: neighbours of one owner are one partition. The
 * first begins before all tokens, the last has no end.
 */
export function bucketMap(owners: readonly string[], digits: number, epoch = 1): Assignment[] {
  const assignments: Assignment[] = [];
  for (const [bucket, shard] of owners.entries()) {
    const last = assignments.at(-1);
    if (last?.shard === shard) continue;
    const lo = bucket === 0 ? '' : numbered(bucket, digits);
    if (last !== undefined) assignments[assignments.length - 1] = { ...last, hi: lo };
    assignments.push({ lo, hi: null, shard, epoch });
  }
  return assignments;
}
