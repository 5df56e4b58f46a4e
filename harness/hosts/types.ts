import type { Runtime } from '../runtime/types.ts';

/** Where nodes live. `sim` has no host: its nodes are objects in memory. */
export type World = 'process' | 'docker' | 'sim';

/** A directed pair of nodes: traffic that `from` sends to `to`. */
export interface Link {
  readonly from: string;
  readonly to: string;
}

/** Why something cannot be done here, in one sentence for the user. */
export interface Refusal {
  readonly refused: string;
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}

/** Faults of the network between nodes. A link fault stays until {@link Links.heal}. */
export interface Links {
  /**
   * `drop`: bytes vanish silently, those in flight included. `reset`: connections are refused and torn down.
   * `syn`: `from` cannot dial `to`; connections that are open live on.
   */
  cut(links: readonly Link[], mode: 'drop' | 'reset' | 'syn'): Promise<void>;
  /** Each direction given loses so many percent of its packets; absent where that cannot be had. */
  lose?(links: readonly Link[], percent: number): Promise<void>;
  /** Each direction given carries so many kilobytes a second, and loses what is more; absent where that cannot be had. */
  narrow?(links: readonly Link[], kilobytes: number): Promise<void>;
  /** So many percent of what is sent in each direction given arrives twice; absent where that cannot be had. */
  duplicate?(links: readonly Link[], percent: number): Promise<void>;
  /** So many percent of what is sent in each direction given are overtaken; absent where that cannot be had. */
  reorder?(links: readonly Link[], percent: number): Promise<void>;
  /** Each direction given is slowed by `ms`. */
  delay(links: readonly Link[], ms: number): Promise<void>;
  /** Lifts every fault from these links, from all when none are given. */
  heal(links?: readonly Link[]): Promise<void>;
  /** Can `from` open a connection to `to` and be heard, right now? An independent probe, bounded to about a second. */
  reaches(link: Link): Promise<boolean>;
  /**
   * How long a byte takes from `from` to `to` and back, ms, the quickest of three, by the clock of the node that asks; `patienceMs`
   * when it took longer. Absent: it has to be told by how long {@link reaches} takes.
   */
  roundTrip?(link: Link, patienceMs: number): Promise<number>;
  /** Database traffic since the host started. */
  counters(link: Link): Promise<LinkCounters>;
}

/** Of one direction between two nodes, in bytes or packets. */
export interface LinkCounters {
  readonly carried: number;
  /** Swallowed by a fault. */
  readonly dropped: number;
  /** Doubled or held back by a fault; absent where none can. */
  readonly duplicated?: number;
  readonly reordered?: number;
}

/** A disk of a node's own, mounted below its directory: it can lose its power, and it can be full. */
export interface Disk {
  readonly directory: string;
  /** Writes down what is on it so far. */
  sync(): Promise<void>;
  /** Kills every service of the node and takes back every write that was never synced. Resolves with the evidence. */
  cutPower(): Promise<string>;
  /** Leaves no room. Resolves with the bytes that are still available. */
  fill(): Promise<number>;
  free(): Promise<void>;
  available(): Promise<number>;
}

/** One node: an address, a directory that survives kills, and the service that runs in it. */
export interface HostNode {
  readonly name: string;
  /** The node's directory, as the harness sees it: config, data and logs live here. */
  readonly directory: string;
  /** Its own disk, in runs that were promised one: data belongs there, see {@link storageOf}. */
  readonly disk?: Disk;
  /** Starts the service, detached from this process' terminal, its output appended to `<directory>/<service>.log`. */
  start(service: ServiceSpec): Promise<void>;
  /** Signals the service's whole process group at once; `SIGKILL`ed groups are awaited until gone. */
  signal(service: string, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGINT'): Promise<void>;
  /** Is any process of the service's group alive (a stopped one is alive)? */
  alive(service: string): Promise<boolean>;
  /** `stopped` when every living process of the service is stopped, `gone` when none lives. */
  state(service: string): Promise<'running' | 'stopped' | 'gone'>;
  /** Runs a command to its end in the node. Rejects on a non-zero status unless `allowFailure`. */
  run(command: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Log files to collect: absolute paths on the harness' side. */
  logs(): Promise<readonly string[]>;
}

/** Where a node's data belongs: its own disk, or, where it has none, its directory. */
export function storageOf(node: HostNode): string {
  return node.disk?.directory ?? node.directory;
}

export interface ServiceSpec {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this uid and gid (the process host, as root); ignored in containers, which have users of their own. */
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  readonly timeoutMs?: number;
  readonly allowFailure?: boolean;
  readonly input?: string;
}

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostNodeSpec {
  readonly name: string;
  /** Ports the node's services listen on, by role (`client`, `peer`, …): in containers the real numbers. */
  readonly ports: Readonly<Record<string, number | null>>;
  /** Docker: the image and its limits. The process host ignores it. */
  readonly image?: string;
  readonly memoryMb?: number;
  readonly cpus?: number;
  /** Docker: folders of this machine that the node may read, at the same path. */
  readonly readOnly?: readonly string[];
}

/** A place for nodes, owned by one run; everything it made carries the run's label and dies with {@link close}. */
export interface Host {
  readonly world: World;
  /** Creates a node: its directory, address and ports. Nothing runs in it yet. */
  addNode(spec: HostNodeSpec): Promise<HostNode>;
  /** The port that the node's own service must bind for `role`, and the address to bind. */
  bind(node: string, role: string): Endpoint;
  /** Where `from` must dial to reach `to`'s `role`: passes through whatever can cut it. */
  peer(from: string, to: string, role: string): Endpoint;
  /** Where a client on this machine dials the node: never through a link that a partition cuts. */
  client(node: string, role: string): Endpoint;
  /** Every port of every node as a client on this machine dials it, for whoever keeps the cluster after its run. */
  addresses(): readonly { readonly node: string; readonly role: string; readonly endpoint: Endpoint }[];
  readonly links: Links | Refusal;
  /** Stops and removes everything; never rejects for things already gone. */
  close(): Promise<void>;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface HostContext {
  /** Identifies the run on every process, container and network: `alibi clean` finds them by it. */
  readonly runId: string;
  /** Where node directories go. */
  readonly directory: string;
  readonly runtime: Runtime;
  readonly log: Log;
  /** Docker: an image of the user's that the nodes run from instead of ours, below a layer of ours. */
  readonly image?: string;
  /** Does every node get a disk of its own? (Docker) */
  readonly disks?: boolean;
}

/** The part of a pino logger that the harness uses. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
