// The replica as a state machine: inputs in, effects out, no I/O. Whoever drives it (a server with sockets and disks,
// or a simulator) carries the effects out and feeds the results back as inputs.
import type { Json } from '../../../harness/history/event.ts';
import type { BugName } from '../bugs.ts';
import type { CausalContext } from '../crdt/causal-context.ts';
import type { Assignment } from '../partition/maps/map.ts';
import type { IndexOptions, IndexReply } from '../partition/secondary/requests.ts';
import type { TwoPhaseReply } from '../partition/two-phase/requests.ts';
import type { PartitionReply, PartitionRequest, PartitionsStatus } from '../partition/requests.ts';
import type { PartAnswer, PartRequest } from './leaderless/messages.ts';
import type { Position } from './positions.ts';
import type { MarkName } from '../marks.ts';
import type { MicroOperation, Transaction } from './transaction.ts';

export type Fields = Readonly<Record<string, Json>>;

/** What a client can ask. Rows live in tables, have a key and named fields. */
export type Request =
  | {
      readonly op: 'read';
      readonly table: string;
      readonly key: string;
      readonly at: ReadAt;
      /** A replica answers once it has come so far; one that does not in time refuses as `behind`. */
      readonly after?: Position | undefined;
    }
  /** All keys of a table. */
  | {
      readonly op: 'scan';
      readonly table: string;
      readonly at: ReadAt;
      readonly after?: Position | undefined;
    }
  | Change;

export type Change = RowChange | ListChange;

/**
 * Puts a value behind the others of the list that the row is, or takes the first one out: only where one log orders all
 * changes.
 */
export type ListChange =
  | { readonly op: 'append'; readonly table: string; readonly key: string; readonly value: Json }
  | { readonly op: 'take'; readonly table: string; readonly key: string };

/**
 * Changes these fields, leaves the row's others · swaps one field if it holds `old` · removes the row · adds to the
 * number in the field `value` · puts an element into the set that the row is, or takes it out: the row then has a field
 * of the element's name, with the value `true`. `context`: what the writer goes by, where siblings are kept; without
 * one, it goes by what the node that takes the write can see.
 */
export type RowChange =
  | {
      readonly op: 'write';
      readonly table: string;
      readonly key: string;
      readonly fields: Fields;
      readonly context?: CausalContext | undefined;
    }
  | {
      readonly op: 'cas';
      readonly table: string;
      readonly key: string;
      readonly field: string;
      readonly old: Json;
      readonly new: Json;
    }
  | { readonly op: 'delete'; readonly table: string; readonly key: string }
  | { readonly op: 'increment'; readonly table: string; readonly key: string; readonly amount: number }
  | { readonly op: 'insert'; readonly table: string; readonly key: string; readonly element: string }
  | { readonly op: 'remove'; readonly table: string; readonly key: string; readonly element: string };

/**
 * `leader`: only the leader may answer, once it knows that it still leads · `replica`: whoever is asked, as it stands ·
 * `confirmed` (Raft): whoever is asked, once it has applied all that was committed when it was asked · `quorum`
 * (leaderless): whoever is asked, once it has asked enough others.
 */
export type ReadAt = 'leader' | 'replica' | 'confirmed' | 'quorum';

/** Why a request did not end well. `deposed` and `no-quorum` leave open whether it took, or will take, effect. */
export type RefusalCode =
  | 'not-leader'
  | 'not-ready'
  | 'bad-request'
  | 'deposed'
  | 'no-quorum'
  | 'behind'
  | 'conflict'
  | 'moved'
  | 'moving';

export type Reply =
  | {
      readonly ok: true;
      readonly fields?: Fields | null;
      readonly keys?: readonly string[];
      readonly swapped?: boolean;
      /** Of an increment: the number after it. Of an append: the place in the list, from 0. */
      readonly number?: number;
      /** Single leader: where in the log the write is, or how far the replica had come that answered. */
      readonly position?: Position;
      /** Of a transaction: its operations, with what its reads gave. */
      readonly operations?: readonly MicroOperation[];
      /** Where siblings are kept: all of them, and the context for a write that is to replace them. */
      readonly siblings?: readonly Fields[];
      readonly context?: CausalContext;
      /** Where data are partitioned: what the shard says of its ranges. */
      readonly partition?: PartitionReply;
      /** Of transactions over several shards. */
      readonly transaction?: TwoPhaseReply;
      /** Leaderless, to a client that coordinates for itself. */
      readonly part?: PartAnswer;
      /** Of secondary indexes. */
      readonly index?: IndexReply;
    }
  | {
      readonly ok: false;
      readonly code: RefusalCode;
      readonly message: string;
      /** Who leads, as far as the node knows. */
      readonly leader?: string;
      /** With `moved`: the shard that owns the key's range now, where this one knows. */
      readonly owner?: Assignment;
    };

/** What an operator can ask, over the control port. */
export type Command =
  | { readonly command: 'status' }
  /** Promise (durably) to accept nobody of an epoch below; a leader of one stops. */
  | { readonly command: 'fence'; readonly epoch: number }
  /** Lead `epoch`, with these nodes' acknowledgements counting. */
  | { readonly command: 'promote'; readonly epoch: number; readonly members: readonly string[] }
  /** Stop leading, without a new epoch: serve nobody until a leader has brought this node in line. */
  | { readonly command: 'demote' }
  /** Raft: hand leadership over to this member, or to the one that is furthest. */
  | { readonly command: 'transfer'; readonly to?: string | undefined }
  /** Raft: change the members by one. The leader takes one in as soon as it has caught up. */
  | { readonly command: 'add'; readonly node: string }
  | { readonly command: 'remove'; readonly node: string };

export interface Status {
  readonly name: string;
  readonly role: 'leader' | 'follower';
  readonly epoch: number;
  readonly leader: string | null;
  /** Leader: it has committed an entry of its own epoch. Follower: it answers reads. */
  readonly serving: boolean;
  /** Last entry in the log, its epoch, how far the log is durable, and how far it is applied. */
  readonly last: number;
  readonly lastEpoch: number;
  readonly durable: number;
  readonly applied: number;
  /** Whose acknowledgements count, by this node's log. */
  readonly members: readonly string[];
  /** Durable updates by the node they came from (multi-leader). */
  readonly positions: Readonly<Record<string, number>>;
  /** By range of keys, the hash of all rows that this node holds there (leaderless). */
  readonly digests?: Readonly<Record<string, number>>;
  /** Writes that this node has still to bring to others (leaderless). */
  readonly owed?: number;
  /** Where data are partitioned: what this node holds of them, and how they are used. */
  readonly partitions?: PartitionsStatus;
}

/** A change that a deposed leader had in its log, and the new leader's log has not: `<epoch>:<lsn>` names it. */
export interface Discarded {
  readonly id: string;
  readonly change: Change;
}

export type Input<Message> =
  /** First of all: what the disk holds. `standby`: whatever the disk says, do not lead. */
  | { readonly kind: 'start'; readonly records: readonly Json[]; readonly standby: boolean }
  | { readonly kind: 'message'; readonly from: string; readonly message: Message }
  | { readonly kind: 'timer' }
  /** All records appended since the start, up to this count, are durable. */
  | { readonly kind: 'durable'; readonly count: number }
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  /** Only Raft takes them. */
  | { readonly kind: 'transaction'; readonly id: number; readonly transaction: Transaction }
  /** Only leaderless nodes take them. */
  | { readonly kind: 'part'; readonly id: number; readonly request: PartRequest }
  /** Only strategies whose replicas apply one log take them. */
  | { readonly kind: 'partition'; readonly id: number; readonly request: PartitionRequest }
  | { readonly kind: 'command'; readonly id: number; readonly command: Command };

export type Effect<Message> =
  /** May be lost, doubled or overtaken. */
  | { readonly kind: 'send'; readonly to: string; readonly message: Message }
  /** Append to the write-ahead log and sync; answered by `durable`. */
  | {
      readonly kind: 'append';
      readonly record: Json;
      /** Once this record is durable, all before it may be dropped. */
      readonly checkpoint?: boolean;
    }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'status'; readonly id: number; readonly status: Status }
  /** Wake me with `timer` after so many ms. One timer at most is pending. */
  | { readonly kind: 'timer'; readonly ms: number }
  /** Changes that this node gives up, for whoever reconciles by hand; perhaps not the first time that it says so. */
  | { readonly kind: 'discarded'; readonly changes: readonly Discarded[] }
  /** For the node's log file. */
  | { readonly kind: 'note'; readonly text: string }
  /** A rare state was reached: campaigns count them, and report those that never were. */
  | { readonly kind: 'sometimes'; readonly mark: MarkName };

export interface Replica<Message> {
  /** `clock`: this node's own clock in µs, which a fault may have set wrong. */
  step(input: Input<Message>, clock: number): readonly Effect<Message>[];
}

/**
 * Which followers must have an entry on disk before it counts: none · any one · the first `k` in the order of the nodes
 * of those that answer · any `k` · all (PostgreSQL's `FIRST k` and `ANY k` of synchronous_standby_names).
 */
export type Acknowledgement = 'async' | 'semi-sync' | 'first' | 'any' | 'sync';

export interface Acknowledging {
  readonly ack: Acknowledgement;
  /** Counts for `first` and `any`. */
  readonly k: number;
}

export interface ReplicaOptions {
  readonly name: string;
  readonly peers: readonly string[];
  /** A defect to have on purpose. */
  readonly bug: BugName | 'none';
  /** Where data are partitioned: a row's token, null for tables that belong to the shard as a whole. */
  readonly tokenOf?: TokenOf | undefined;
  readonly index?: IndexOptions | undefined;
}

export type TokenOf = (table: string, key: string) => string | null;

/** Nothing else moves a replica for this long: it sends again what was not acknowledged. */
export const HEARTBEAT_MS = 25;
