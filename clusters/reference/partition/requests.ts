// What is asked of a shard about its partitions, and what it answers.
import type { Fields, ReadAt, Reply } from '../replica/types.ts';
import type { TokenRange } from './ranges.ts';
import type { IndexChange, IndexQuery } from './secondary/requests.ts';
import type { SpreadTransaction, TwoPhaseChange, TwoPhaseQuery } from './two-phase/requests.ts';

/**
 * Of the source: `owned` · `copying`: owned, and changes are noted for the target · `leaving`: it can be read, not
 * written · `gone`: to the peer. Of the target: `arriving`: it serves nobody and takes imports · `owned`.
 */
export type OwnershipState = 'owned' | 'copying' | 'leaving' | 'gone' | 'arriving';

/** A row in transit; null: it is deleted. */
export type MovedRow = readonly [table: string, key: string, fields: Fields | null];

/** Changes of a shard's ranges; they are entries of its log like any other. */
export type PartitionChange = TwoPhaseChange | IndexChange | RangeChange;

export type RangeChange =
  /**
   * These ranges are in this state from now on. Ignored (`swapped: false`) when any of them has seen a later epoch, or a
   * later state of this one: an order may come late, or twice. Rows of ranges that are gone, or begin to arrive, go.
   */
  | {
      readonly op: 'assign';
      readonly ranges: readonly TokenRange[];
      readonly state: OwnershipState;
      readonly epoch: number;
      /** The shard at the move's other end. */
      readonly peer: string | null;
    }
  /** Rows for ranges that arrive in this epoch. Numbered from 1: one that comes late or twice changes nothing. */
  | {
      readonly op: 'import';
      readonly epoch: number;
      readonly number: number;
      readonly rows: readonly MovedRow[];
    };

export type PartitionQuery = TwoPhaseQuery | IndexQuery | SpreadTransaction | RangeQuery;

export type RangeQuery =
  /** Rows of the ranges that are copied in this epoch, by table and key, after that of `after`. */
  | {
      readonly op: 'export';
      readonly epoch: number;
      readonly after: readonly [table: string, key: string] | null;
      readonly limit: number;
      readonly at: ReadAt;
    }
  /** What became of rows that have changed since, by the count of changes, the copying of this epoch began. */
  | {
      readonly op: 'changes';
      readonly epoch: number;
      readonly since: number;
      readonly limit: number;
      readonly at: ReadAt;
    }
  /** The ranges that the shard knows, with the number of their rows and where half of them lie. */
  | { readonly op: 'ranges'; readonly at: ReadAt };

export type PartitionRequest = PartitionChange | PartitionQuery;

export interface OwnedRange extends TokenRange {
  readonly state: OwnershipState;
  /** Of the last order. */
  readonly epoch: number;
  /** In which the range, or the latest part of it, came to this shard; 0: it has not. What operations are served under. */
  readonly since: number;
  readonly peer: string | null;
}

export interface MeasuredRange extends OwnedRange {
  readonly rows: number;
  /** The least token with half of the rows below it; null when all have one token. */
  readonly middle: string | null;
}

export interface PartitionReply {
  /** Under which ownership a request was served. */
  readonly epoch?: number;
  /** Of a scan: the ranges whose keys are in it. */
  readonly covered?: readonly TokenRange[];
  readonly rows?: readonly MovedRow[];
  /** Of changes: the count up to which they are here, and how many are not. */
  readonly next?: number;
  readonly left?: number;
  readonly ranges?: readonly MeasuredRange[];
}

/** How a node's partitions are used, since it started. */
export interface PartitionsStatus {
  readonly requests: number;
  /** The keys asked for most, with at most so many requests each (Space-Saving; Metwally et al. 2005). */
  readonly hot: readonly (readonly [key: string, count: number])[];
  /** The tokens of the last requests, in no order. */
  readonly recent: readonly string[];
}

export function isPartitionChange(request: PartitionRequest): request is PartitionChange {
  return PARTITION_CHANGES.includes(request.op);
}

const PARTITION_CHANGES: readonly string[] = [
  'assign',
  'import',
  'prepare',
  'decide',
  'finish',
  'forget',
  'index',
  'shipped',
];
const PARTITION_OPS: readonly string[] = [
  ...PARTITION_CHANGES,
  'export',
  'changes',
  'ranges',
  'unfinished',
  'outbox',
  'select',
  'spread',
];

export function isPartitionRequest<R extends { readonly op: string }>(
  request: R | PartitionRequest,
): request is PartitionRequest {
  return PARTITION_OPS.includes(request.op);
}

/** What every other strategy says. */
export const NO_PARTITIONS: Reply = {
  ok: false,
  code: 'bad-request',
  message: 'only strategies whose replicas apply one log take partitions',
};
