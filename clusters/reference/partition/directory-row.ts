// The directory: the map as one row of shard s1, replicated as its other rows are.
import type { Json } from '../../../harness/history/event.ts';
import type { Fields } from '../replica/types.ts';
import { PartitionMap, type Assignment } from './maps/map.ts';

export const DIRECTORY = '~directory';
export const MAP_KEY = 'map';

/** Why the map is as it is: it was made so · members came or went · a partition was split, or merged. */
export type ChangeKind = 'first' | 'members' | 'split' | 'merge';

/** What the directory says beside the map. */
export interface MapNote {
  /** Counts the changes. */
  readonly generation: number;
  readonly kind: ChangeKind;
  /** More moves of this change are to come. */
  readonly moving: boolean;
}

export function asFields(map: PartitionMap, { generation, kind, moving }: MapNote): Fields {
  const assignments = map.assignments.map(({ lo, hi, shard, epoch }): Json => ({ lo, hi, shard, epoch }));
  return { assignments, generation, kind, moving };
}

export function mapOf(fields: Fields): PartitionMap {
  return new PartitionMap(fields.assignments as unknown as readonly Assignment[]);
}

/** The latest epoch in a map that somebody writes. */
export function latestOf(fields: Fields): number {
  const assignments = (fields.assignments ?? []) as unknown as readonly Assignment[];
  return assignments.reduce((latest, { epoch }) => Math.max(latest, epoch), 0);
}
