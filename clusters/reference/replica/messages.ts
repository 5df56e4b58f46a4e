import type { Entry } from './log.ts';

/** The leader's log from `previous` on, with its commit position; without entries, a heartbeat. */
export interface Ship {
  readonly type: 'ship';
  readonly epoch: number;
  /** The LSN before the first entry, and that entry's epoch: the receiver's log must agree there. */
  readonly previous: number;
  readonly previousEpoch: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
  /** Numbers the leader's questions "do you still follow me?"; acknowledgements repeat it. */
  readonly round: number;
}

/** The follower's answer. An `epoch` above the ship's is a refusal: the sender has been deposed. */
export interface Ack {
  readonly type: 'ack';
  readonly epoch: number;
  readonly round: number;
  /** Durable and equal to the leader's log up to here. */
  readonly lsn: number;
  /** The logs do not agree at `previous`: go on from here, at the latest. */
  readonly retryFrom: number | null;
}

export type SingleLeaderMessage = Ship | Ack;
