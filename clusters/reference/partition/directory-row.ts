// The directory: the map as one row of shard s1, replicated as its other rows are.
import type { Json } from '../../../harness/history/event.ts';
import type { Fields } from '../replica/types.ts';
import { PartitionMap, type Assignment } from './maps/map.ts';

export const DIRECTORY = '~directory';
export const MAP_KEY = 'map';

export function asFields(map: PartitionMap): Fields {
  return { assignments: map.assignments.map(({ lo, hi, shard, epoch }): Json => ({ lo, hi, shard, epoch })) };
}

export function mapOf(fields: Fields): PartitionMap {
  return new PartitionMap(fields.assignments as unknown as readonly Assignment[]);
}
