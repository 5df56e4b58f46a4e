// What the runner and the nemeses need of any cluster: interfaces only; clusters/ implements them.
import type { EventType, Json, OperationError } from './history/event.ts';
import type { Operation } from './generator/types.ts';
import type { Corruption } from './hosts/corruption.ts';
import type { Disk, HostNode, Links, Refusal } from './hosts/types.ts';
import type { Random } from './runtime/types.ts';

/** How an operation ended. A client decides by its error table: `info` whenever it cannot be sure. */
export interface Completion {
  readonly type: Exclude<EventType, 'invoke'>;
  /** What was read (`ok` only); absent = the invocation's value. */
  readonly value?: Json;
  /** The node that answered. */
  readonly node?: string;
  readonly error?: OperationError;
  /** With `fail`: this connection is of no more use (closed, or to a node that lost its role): the runner makes a new one. */
  readonly broken?: boolean;
}

/**
 * One process' client: one connection, no retries, no offline queue. It is discarded after an `info`.
 * `invoke` never rejects for what a database does: it maps every error to `fail` or `info`. The harness bounds it
 * with its own time-out (then the operation is `info`) and aborts `signal`. Operations may share one signal: a client
 * takes its listener off when it is done.
 */
export interface Client {
  invoke(operation: Operation, signal: AbortSignal): Promise<Completion>;
  close(): Promise<void>;
}

/**
 * What a workload needs of a client: the operations it understands.
 * - `register`: read, write, cas (value `[old, new]`, ok value `[old, new]` or, on a mismatch, `ok` with `false`) on keys
 * - `set`: add (value = element), read (whole set)
 * - `rows`: write (value = `{field: v, …}`, touches only these fields), read (whole row), delete
 * - `counter`: add (value = the amount), read
 * - `indexed`: write (value = the whole row, an object), delete, read (the row or null), find (value `[field, term]`, ok value `[[key, row], …]`)
 * - `range`: write, delete, scan (value `[from, to]`, null = open, `to` excluded; ok value `[[key, value], …]` in the order of keys)
 * - `lock`: acquire (ok value = the fencing token, null where there is none; `fail` when somebody holds it), release
 * - `transaction`: txn of `["r",k,null] | ["w",k,v] | ["append",k,v]`, and, in all but the reference store, `["w",k,null]` (delete; ok `["r",k,null]` if nothing was there) and
 *   `["rp",{"keys":[k,…],"mod":m,"is":r},null]` (which of these keys hold a number ≡ r mod m: ok value `[[k,v],…]`)
 * - `queue`: enqueue (value = the element), dequeue (ok value = the element, null = empty) on keys
 * - `log`: send (ok value = `[offset, message]`), poll (ok value = `[[offset, message], …]`: what comes next for this client), seek
 *   (value = the offset to poll from) on keys
 * - `ids`: generate (ok value = the id)
 * - `bank`: open (`{account: balance}`), transfer (`{from,to,amount}`, ok value false = too little there), read (all accounts;
 *   value = accounts to read one by one, null = in one statement)
 */
export type Port = 'register' | 'set' | 'rows' | 'transaction' | (string & {});

export interface ConnectRequest {
  readonly port: Port;
  readonly process: number;
  /** Sticky routing and session tokens hang on this: equal numbers are one session. */
  readonly session: number;
  /** Connect to this very node, whatever the routing says. */
  readonly node?: string;
}

/** Processes of the database, one service a node, whole process group at once. */
export interface ProcessControl {
  kill(node: string): Promise<void>;
  pause(node: string): Promise<void>;
  resume(node: string): Promise<void>;
  /** Starts it again on its own disk and address; resolves when it was started, not when it serves. */
  restart(node: string): Promise<void>;
  /** Asks it to end, as an operator does, and waits until it has; absent: it can only be killed. */
  shutDown?(node: string): Promise<void>;
  /** An independent probe of the service's processes. */
  state(node: string): Promise<'running' | 'stopped' | 'gone'>;
}

export interface ClockControl {
  /** Sets the node's clock to true time + `ms`. */
  setOffset(node: string, ms: number): Promise<void>;
  /** The node's clock minus true time, measured through the node itself, in ms. */
  offset(node: string): Promise<number>;
  /** From now on the node's clock, and its timers, run so many percent too fast; absent: only its offset can be set. */
  setDrift?(node: string, percent: number): Promise<void>;
}

/** What an operator does to move the primary. */
export interface Operator {
  /**
   * Promotes the most advanced standby and points clients at it. With `fence`, the old primary is killed or fenced
   * first and serves nobody until it is rewound; without, it goes on serving whoever still reaches it.
   * Resolves with old and new primary once the new one accepts writes.
   */
  failover(options: { readonly fence: boolean }): Promise<{ readonly from: string; readonly to: string }>;
  /** "Restart the old primary, read, then promote": kills the primary, restarts it, waits until it serves, then fails over. */
  restartThenPromote(): Promise<{ readonly from: string; readonly to: string }>;
  /** Hands the role over by the database's own command, everybody being well; absent: it has none. */
  switchover?(): Promise<{ readonly from: string; readonly to: string }>;
}

/** A node's data: the directory as the harness sees it, and the node it belongs to. */
export interface Storage {
  readonly host: HostNode;
  readonly data: string;
}

/** A node's disk that is made up: it can be told to fail, as no real one can. */
export interface MadeUpDisk extends Pick<Disk, 'cutPower' | 'fill' | 'free' | 'available'> {
  /** Every sync fails with EIO from now on, or no longer. */
  failSyncs(fail: boolean): void;
  /** How many syncs have failed so since the beginning. */
  readonly failed: number;
  /** Turns a bit of what is on it, or cuts it off; its process must be gone. */
  damage(kind: 'bit-flip' | 'truncate', random: Random): Promise<Corruption>;
}

/** Membership as the database itself decides it. */
export interface Membership {
  /** Members by the database's own view, asked now. */
  members(): Promise<readonly string[]>;
  /** Takes a node out, ends its server and deletes its data. */
  remove(node: string): Promise<void>;
  /** Puts it back, empty. Resolves when it is a member again, not when it has caught up. */
  add(node: string): Promise<void>;
}

/** A change of who owns which partitions, under way. */
export interface Rebalanced {
  /** In words: what was begun. */
  readonly what: string;
  /**
   * Is it over, has any shard done a step of it, how many keys have come over since it was begun, and how it stands in
   * words.
   */
  progress(): {
    readonly over: boolean;
    readonly felt: boolean;
    readonly keys: number;
    readonly told: string;
  };
}

/** Partitions that move between shards while clients go on. Each order resolves when it is begun, not when it is done. */
export interface Rebalancing {
  /** The shards that own data, now. */
  members(): readonly string[];
  /** A spare shard joins; where there is none, the last one leaves. */
  join(): Promise<Rebalanced>;
  /** The last shard leaves; where it is the only one, a spare joins. */
  leave(): Promise<Rebalanced>;
  /** The largest partition becomes two, one of which goes to another shard. */
  split(): Promise<Rebalanced>;
  /** Two neighbours become one, at one shard. */
  merge(): Promise<Rebalanced>;
}

export interface Settled {
  readonly settled: boolean;
  /** What was waited for, and what was still missing when the deadline came. */
  readonly evidence: string;
  /** Nodes that did not come back at all: the finding `no-recovery`. */
  readonly unrecovered: readonly string[];
}

/** A running cluster. Every wait inside has a deadline and, when it ends, the tail of the node's log in its error. */
export interface Cluster {
  readonly nodes: readonly string[];
  /** Which data centre each node stands in; absent: nobody has said. */
  readonly sites?: ReadonlyMap<string, string> | undefined;
  /** Boots until writable through every endpoint that should be. */
  start(): Promise<void>;
  connect(request: ConnectRequest): Promise<Client>;
  /** Nodes that take writes by the database's own view, asked now; two of them are a split brain. */
  primaries(): Promise<readonly string[]>;
  /** Nodes that follow a primary by configuration; empty for leaderless and multi-leader systems. */
  readonly standbys: () => readonly string[];
  readonly processes: ProcessControl;
  readonly links: Links | Refusal;
  readonly clocks: ClockControl | Refusal;
  readonly operator: Operator | Refusal;
  /** Where a node's data lies, for faults of its disk; absent: it has none that a fault could touch. */
  readonly storage?: (node: string) => Storage;
  /** In simulation: a node's disk, instead. */
  readonly disk?: (node: string) => MadeUpDisk;
  /** Members that can be taken out of the cluster and put back; absent: whoever is configured belongs to it. */
  readonly membership?: Membership;
  /** Data that are split over shards; absent: they are not. */
  readonly rebalancing?: Rebalancing;
  /** After heal: brings dead nodes back (rewinding them if need be), then proves by markers or LSNs that all have caught up. */
  settle(deadlineMs: number): Promise<Settled>;
  /** One sample of gauges, e.g. `{"lag-bytes:n2": 120}`; empty when the system has none. */
  sample(): Promise<Readonly<Record<string, number>>>;
  /** Versions of packages, images and servers, for run.json. */
  versions(): Promise<Readonly<Record<string, string>>>;
  /** How often rare states of its replicas were reached, by name: for clusters that know their own insides. */
  marks?(): Readonly<Record<string, number>>;
  /** Copies logs to `<directory>/<node>/`. */
  collectLogs(directory: string): Promise<void>;
  stop(): Promise<void>;
}
