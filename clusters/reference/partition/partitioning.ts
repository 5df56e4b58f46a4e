import { ENTRIES, type IndexOptions } from './secondary/requests.ts';
import type { TokenOf } from '../replica/types.ts';
import { partitionKeyOf, salted, type PartitionKey } from './maps/composite.ts';
import { directory } from './maps/directory.ts';
import { fixed } from './maps/fixed.ts';
import { modulo } from './maps/modulo.ts';
import { range } from './maps/range.ts';
import { ring } from './maps/ring.ts';
import type { Member, Scheme } from './maps/scheme.ts';
import { slots } from './maps/slots.ts';

export type SchemeName = 'range' | 'modulo' | 'ring' | 'slots' | 'fixed' | 'directory';

/** How data are split: what every node and every client must agree on. Plain JSON. */
export interface Partitioning {
  readonly scheme: SchemeName;
  readonly partitionKey: PartitionKey;
  /** Keys of one partition key are spread over so many places. */
  readonly salt: number;
  readonly boundaries: readonly string[];
  readonly partitions: number;
  readonly vnodes: number;
  readonly ringBits: number;
  readonly tieByOrder: boolean;
  readonly index: IndexOptions;
  /** The nodes of each shard, in order. */
  readonly groups: readonly { readonly shard: string; readonly nodes: readonly string[] }[];
}

/** @throws BadMap */
export function schemeOf(partitioning: Partitioning): Scheme {
  const { scheme, boundaries, partitions, vnodes, ringBits, tieByOrder } = partitioning;
  switch (scheme) {
    case 'range':
      return range(boundaries);
    case 'directory':
      return directory(boundaries);
    case 'modulo':
      return modulo;
    case 'slots':
      return slots;
    case 'fixed':
      return fixed(partitions);
    case 'ring':
      return ring({ vnodes, bits: ringBits, tieByOrder });
  }
}

/** A table that `settle` writes to, at every shard. */
export const MARKER = 'alibi-marker';

/** Is a table's data split? Those that begin with `~` belong to each shard as a whole. */
export function isPartitioned(table: string): boolean {
  return !table.startsWith('~') && table !== MARKER;
}

export function tokenOfRows(partitioning: Partitioning): TokenOf {
  const scheme = schemeOf(partitioning);
  return (table, key) => {
    if (!isPartitioned(table)) return null;
    // A global index is split by term, whatever the rows are split by.
    if (table === ENTRIES) return scheme.tokenOf(partitionKeyOf(key, 'first'));
    return scheme.tokenOf(salted(partitionKeyOf(key, partitioning.partitionKey), key, partitioning.salt));
  };
}

/** s1 is the first `replicas` nodes, and so on; nodes that are left over have no shard. */
export function groupsOf(nodes: readonly string[], replicas: number): Partitioning['groups'] {
  return Array.from({ length: Math.floor(nodes.length / replicas) }, (_, i) => ({
    shard: `s${i + 1}`,
    nodes: nodes.slice(i * replicas, (i + 1) * replicas),
  }));
}

/** Shards with their weights; a shard without one has weight 1. */
export function membersOf(shards: readonly string[], weights: ReadonlyMap<string, number>): Member[] {
  return shards.map((shard) => ({ shard, weight: weights.get(shard) ?? 1 }));
}
