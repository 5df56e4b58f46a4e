import type { Update } from '../rows/rows.ts';
import type { Reply, RowChange } from '../types.ts';

/** The updates of node `origin` after its first `previous`; without any, a heartbeat. */
export interface Gossip {
  readonly type: 'gossip';
  readonly origin: string;
  readonly previous: number;
  readonly updates: readonly Update[];
}

/** "I have the first `count` updates of `origin` on disk." */
export interface Received {
  readonly type: 'received';
  readonly origin: string;
  readonly count: number;
}

/** A change of a client, for the row's home to make. Sent again until it is answered: `id` is its idempotence key. */
export interface Handover {
  readonly type: 'handover';
  readonly id: string;
  readonly change: RowChange;
}

/** It is made and on the home's disk, by its update with that number. */
export interface Made {
  readonly type: 'made';
  readonly id: string;
  readonly count: number;
  readonly reply: Reply;
}

export type MultiLeaderMessage = Gossip | Received | Handover | Made;
