import type {
  Client,
  ClockControl,
  Cluster,
  ConnectRequest,
  ProcessControl,
  Settled,
  Storage,
} from '../../harness/cluster.ts';
import type { Links, Refusal } from '../../harness/hosts/types.ts';
import { keepSoFar } from '../kit/disks.ts';
import { copyLogs } from '../kit/logs.ts';
import { MarkerLag } from '../kit/marker-lag.ts';
import { takeDown } from '../kit/server-node.ts';
import type { ClusterContext } from '../types.ts';
import { SqlClient } from '../sql/client.ts';
import { SqlClocks } from '../sql/clocks.ts';
import { SQL_PACE, sqlMarkers } from '../sql/lag-markers.ts';
import { SqlProcesses } from '../sql/processes.ts';
import { Pins, SessionRouting } from '../sql/routing.ts';
import { Settling, type Mending } from '../sql/settle.ts';
import { Failed } from './clients/connection.ts';
import type { Credentials } from '../sql/session.ts';
import type { Planner } from './clients/plan.ts';
import { schemaFor } from './clients/schema.ts';
import { PostgresNode, TIME } from './node.ts';
import { PostgresOperator } from './operator.ts';
import type { Server } from './server/server.ts';
import type { PostgresSettings } from './settings.ts';
import { PostgresTopology } from './topology.ts';

const BOOT_MS = 30_000;
/** A busy machine is no reason to say that nobody leads. */
const PRIMARY_MS = 3_000;

/** By port, what plans the operations of one session: it may remember how far it has read. */
export type Planners = Readonly<Record<string, (session: number) => Planner>>;

/** One primary and its streaming standbys; the first node starts as the primary. */
export class PostgresCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly links: Links | Refusal;
  readonly clocks: ClockControl | Refusal;
  readonly operator: PostgresOperator | Refusal;
  readonly processes: ProcessControl;
  readonly #server: Server;
  readonly #settings: PostgresSettings;
  readonly #planners: Planners;
  readonly #topology: PostgresTopology;
  readonly #operator: PostgresOperator;
  readonly #settling: Settling;
  readonly #pins: Pins;
  readonly #lag: MarkerLag;

  constructor(
    { nodes, host, runtime, log }: ClusterContext,
    server: Server,
    settings: PostgresSettings,
    planners: Planners,
    noClocks: Refusal | null,
  ) {
    const context = { host, server, runtime, settings: settings.database };
    this.nodes = nodes;
    this.links = host.links;
    this.#server = server;
    this.#settings = settings;
    this.#planners = planners;
    this.#topology = new PostgresTopology(
      nodes.map((name) => new PostgresNode(name, context)),
      settings.synchronous,
    );
    this.clocks = noClocks ?? new SqlClocks(this.#topology.nodes, TIME, runtime.clock);
    this.#operator = new PostgresOperator(this.#topology, settings.fencing, runtime.clock, log);
    this.operator =
      nodes.length > 1 ? this.#operator : { refused: 'A single node has no standby to promote.' };
    this.processes = new SqlProcesses(this.#topology, {
      rejoin: (name) => this.#operator.rejoin(name),
      resumed: (node) => node.reload().catch(() => undefined),
    });
    this.#settling = new Settling(this.#mending(), runtime.clock);
    this.#pins = new Pins(runtime.clock, settings.pinSeconds);
    const markers = sqlMarkers(this.#topology.nodes, runtime.clock);
    this.#lag = new MarkerLag(markers, runtime.clock, SQL_PACE);
  }

  #mending(): Mending {
    const [topology, operator, processes] = [this.#topology, this.#operator, this.processes];
    return {
      nodes: topology.nodes,
      deposed: topology.deposed,
      get primary() {
        return topology.primary;
      },
      resume: (name) => processes.resume(name),
      rejoin: (name) => operator.rejoin(name),
      standbyRevived: () => Promise.resolve(),
      standbysBack: () => operator.listStandbys(),
    };
  }

  /** Resolves when the primary takes writes (waiting for standbys, if so configured) and every standby shows them. */
  async start(): Promise<void> {
    const topology = this.#topology;
    await this.#server.prepare();
    const [primary, ...standbys] = topology.nodes;
    await Promise.all([
      primary.create().then(() => primary.initialise()),
      ...standbys.map((node) => node.create()),
    ]);
    await primary.setRole({ follows: null, synchronousNames: '' });
    await primary.start();
    await primary.untilAnswering(BOOT_MS);
    await Promise.all([
      primary.query(schemaFor(this.#settings.partitioning), [], BOOT_MS),
      ...standbys.map(async (node) => {
        await node.initialiseFrom(primary);
        await this.#operator.startStandby(node.name);
        await node.until('streaming from the primary', BOOT_MS, () => this.#operator.streams(node.name));
      }),
    ]);
    await this.#operator.listStandbys();
    await this.#settling.prove(BOOT_MS);
    await keepSoFar(topology.nodes.map((node) => node.place));
  }

  /** Of the superuser, for whoever looks into a running cluster. */
  get credentials(): Credentials {
    return this.#server.credentials();
  }

  connect(request: ConnectRequest): Promise<Client> {
    const planner = this.#planners[request.port];
    if (planner === undefined)
      return Promise.reject(new Error(`postgres has no client for the port "${request.port}"`));
    const failed = (thrown: unknown) => new Failed(thrown, 'connect');
    const routing = new SessionRouting(
      this.#topology,
      this.#settings.reads,
      request.process,
      failed,
      this.#pins,
    );
    return Promise.resolve(new SqlClient(planner(request.session), request, routing));
  }

  async primaries(): Promise<readonly string[]> {
    const { nodes } = this.#topology;
    const answers = await Promise.all(
      nodes.map((node) => node.ask('SELECT pg_is_in_recovery() AS standby', PRIMARY_MS)),
    );
    return nodes.filter((_, i) => answers[i]?.standby === false).map((node) => node.name);
  }

  readonly storage = (name: string): Storage => {
    const node = this.#topology.node(name);
    return { host: node.place, data: node.dataDirectory };
  };

  readonly standbys = (): readonly string[] => this.#topology.standbys().map((node) => node.name);

  settle(deadlineMs: number): Promise<Settled> {
    return this.#settling.settle(deadlineMs);
  }

  /** The true lag by markers, and what the primary says of it. */
  async sample(): Promise<Readonly<Record<string, number>>> {
    const [told, seen] = await Promise.all([
      this.#told(),
      this.#lag.sample(this.#topology.primary, this.standbys()),
    ]);
    return { ...told, ...seen };
  }

  /** Bytes of the log that each connected standby has still to replay. */
  async #told(): Promise<Readonly<Record<string, number>>> {
    const primary = this.#topology.node(this.#topology.primary);
    const text =
      'SELECT application_name AS node, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 AS bytes ' +
      'FROM pg_stat_replication WHERE replay_lsn IS NOT NULL';
    const { rows } = await primary.query(text, [], 1000).catch(() => ({ rows: [] }));
    return Object.fromEntries(rows.map((row) => [`lag-bytes:${row.node as string}`, Number(row.bytes)]));
  }

  versions(): Promise<Readonly<Record<string, string>>> {
    return this.#server.versions();
  }

  collectLogs(directory: string): Promise<void> {
    return copyLogs(this.#topology.nodes, directory);
  }

  stop(): Promise<void> {
    return takeDown(this.#topology.nodes);
  }
}
