import type { Random } from '../../../../harness/runtime/types.ts';
import type { Isolation } from '../transaction.ts';
import type { ReplicaOptions } from '../types.ts';
import type { Confirmation } from './reading.ts';

export interface RaftOptions extends ReplicaOptions {
  readonly confirm: Confirmation;
  readonly isolation: Isolation;
  /** Ask before standing whether that has a chance, and vote for nobody while a leader is heard (thesis §4.2.3, §9.6). */
  readonly preVote: boolean;
  /** Entries between two snapshots, at least. */
  readonly snapshotEvery: number;
  /** For election time-outs. */
  readonly random: Random;
}
