import { randomBytes } from 'node:crypto';
import type {
  Client,
  Cluster,
  ConnectRequest,
  ProcessControl,
  Settled,
  Storage,
} from '../../harness/cluster.ts';
import { imageDefinition } from '../../harness/hosts/docker/image-definition.ts';
import type { Links, Refusal } from '../../harness/hosts/types.ts';
import { keepSoFar } from '../kit/disks.ts';
import { copyLogs } from '../kit/logs.ts';
import { MarkerLag } from '../kit/marker-lag.ts';
import { takeDown } from '../kit/server-node.ts';
import { SqlClient } from '../sql/client.ts';
import { SqlClocks } from '../sql/clocks.ts';
import { SQL_PACE, sqlMarkers } from '../sql/lag-markers.ts';
import { SqlProcesses } from '../sql/processes.ts';
import { Pins, SessionRouting } from '../sql/routing.ts';
import { Settling, type Mending } from '../sql/settle.ts';
import { Topology } from '../sql/topology.ts';
import type { ClusterContext } from '../types.ts';
import { Failed } from './clients/connection.ts';
import type { Credentials } from '../sql/session.ts';
import { datedSet, movingRegister } from './clients/partitioned.ts';
import type { Planner } from './clients/plan.ts';
import { DATABASE } from './clients/schema.ts';
import { ByGtid, ByPosition, type Following } from './following.ts';
import { MysqlMembership } from './membership.ts';
import { MysqlNode, TIME } from './node.ts';
import { MysqlOperator } from './operator.ts';
import { planners } from './ports.ts';
import { executedCount, replicaStatus } from './replication.ts';
import { IMAGE } from './server.ts';
import type { MysqlSettings } from './settings.ts';

const BOOT_MS = 120_000;

/** Where tables are split by years. */
const BY_YEARS: Readonly<Record<string, Planner>> = { register: movingRegister, set: datedSet };

/** One primary and the replicas that follow it by GTID; the first node starts as the primary. */
export class MysqlCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly links: Links | Refusal;
  readonly clocks: SqlClocks;
  readonly operator: MysqlOperator | Refusal;
  readonly processes: ProcessControl;
  readonly membership: MysqlMembership;
  readonly credentials: Credentials = {
    user: 'alibi',
    password: randomBytes(12).toString('hex'),
    database: DATABASE,
  };
  readonly #settings: MysqlSettings;
  readonly #topology: Topology<MysqlNode>;
  readonly #operator: MysqlOperator;
  readonly #following: Following;
  readonly #planners = planners();
  readonly #settling: Settling;
  readonly #pins: Pins;
  readonly #lag: MarkerLag;

  constructor({ nodes, host, runtime, log }: ClusterContext, settings: MysqlSettings) {
    const context = { host, runtime, settings, credentials: this.credentials };
    this.nodes = nodes;
    this.links = host.links;
    this.#settings = settings;
    const topology = new Topology(nodes.map((name, i) => new MysqlNode(name, i + 1, context)));
    this.#following =
      settings.positions === 'gtid'
        ? new ByGtid(this.credentials)
        : new ByPosition(this.credentials, settings.pointing, runtime.clock);
    const operator = new MysqlOperator(
      topology,
      this.#following,
      settings,
      this.credentials,
      runtime.clock,
      log,
    );
    this.#topology = topology;
    this.#operator = operator;
    this.clocks = new SqlClocks(topology.nodes, TIME, runtime.clock);
    this.operator = nodes.length > 1 ? operator : { refused: 'A single node has no replica to promote.' };
    this.processes = new SqlProcesses(topology, {
      rejoin: (name) => operator.rejoin(name),
      resumed: () => Promise.resolve(),
    });
    this.membership = new MysqlMembership(topology, operator);
    this.#settling = new Settling(this.#mending(), runtime.clock);
    this.#pins = new Pins(runtime.clock, settings.pinSeconds);
    this.#lag = new MarkerLag(sqlMarkers(topology.nodes, runtime.clock), runtime.clock, SQL_PACE);
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
      // A replica whose threads were stopped by an interrupted failover would stand still for ever.
      standbyRevived: (name) => operator.point(name),
      standbysBack: () => Promise.resolve(),
    };
  }

  /** Resolves when the primary takes writes (waiting for a replica, if so configured) and every replica shows them. */
  async start(): Promise<void> {
    const { nodes } = this.#topology;
    await Promise.all(nodes.map((node) => node.create()));
    await Promise.all(
      nodes.map(async (node) => {
        await node.initialise();
        await node.untilAnswering(BOOT_MS);
      }),
    );
    await Promise.all(this.#topology.standbys().map((node) => node.setReadOnly(true)));
    await this.#following.begin(nodes);
    await Promise.all(
      this.#topology.standbys().map(async (node) => {
        await this.#operator.point(node.name);
        await node.until('replicating from the primary', BOOT_MS, () => this.#operator.streams(node.name));
      }),
    );
    await this.#settling.prove(BOOT_MS);
    await keepSoFar(this.#topology.nodes.map((node) => node.place));
  }

  connect(request: ConnectRequest): Promise<Client> {
    const byYears = this.#settings.partitioning === 'range' || this.#settings.partitioning === 'range-max';
    const split = byYears ? BY_YEARS[request.port] : undefined;
    const planner = split ?? this.#planners[request.port]?.(request.session);
    if (planner === undefined)
      return Promise.reject(new Error(`mysql has no client for the port "${request.port}"`));
    const failed = (thrown: unknown) => new Failed(thrown, 'connect');
    const routing = new SessionRouting(
      this.#topology,
      this.#settings.reads,
      request.process,
      failed,
      this.#pins,
    );
    return Promise.resolve(new SqlClient(planner, request, routing));
  }

  async primaries(): Promise<readonly string[]> {
    const { nodes } = this.#topology;
    const answers = await Promise.all(nodes.map((node) => node.ask('SELECT @@GLOBAL.read_only AS standby')));
    return nodes
      .filter((_, i) => answers[i] !== null && Number(answers[i].standby) === 0)
      .map(({ name }) => name);
  }

  readonly storage = (name: string): Storage => {
    const node = this.#topology.node(name);
    return { host: node.place, data: node.dataDirectory };
  };

  readonly standbys = (): readonly string[] => this.#topology.standbys().map((node) => node.name);

  settle(deadlineMs: number): Promise<Settled> {
    return this.#settling.settle(deadlineMs);
  }

  /** The true lag by markers, and what the servers say of it. */
  async sample(): Promise<Readonly<Record<string, number>>> {
    const [told, seen] = await Promise.all([
      this.#told(),
      this.#lag.sample(this.#topology.primary, this.standbys()),
    ]);
    return { ...told, ...seen };
  }

  /**
   * By replica: transactions that the primary has executed and it has not, and MySQL's own gauge in seconds, which is
   * missing while the replica is not connected and 0 whenever it has applied all that it received. Without GTIDs there is
   * nothing to count.
   */
  async #told(): Promise<Readonly<Record<string, number>>> {
    const primary = await executedCount(this.#topology.node(this.#topology.primary));
    const found = await Promise.all(
      this.#topology.standbys().map(async (node): Promise<[string, number][]> => {
        const [status, executed] = await Promise.all([replicaStatus(node), executedCount(node)]);
        const behind = status?.secondsBehind ?? null;
        return [
          ...(primary === null || executed === null || this.#settings.positions === 'file'
            ? []
            : [[`lag-transactions:${node.name}`, Math.max(0, primary - executed)] as [string, number]]),
          ...(behind === null ? [] : [[`lag-seconds:${node.name}`, behind] as [string, number]]),
        ];
      }),
    );
    return Object.fromEntries(found.flat());
  }

  async versions(): Promise<Readonly<Record<string, string>>> {
    const row = await this.#topology.node(this.#topology.primary).ask('SELECT VERSION() AS version');
    return {
      mysql: typeof row?.version === 'string' ? row.version : 'unknown',
      [`image:${IMAGE}`]: imageDefinition(IMAGE).tag,
    };
  }

  collectLogs(directory: string): Promise<void> {
    return copyLogs(this.#topology.nodes, directory);
  }

  stop(): Promise<void> {
    return takeDown(this.#topology.nodes);
  }
}
