import { randomBytes } from 'node:crypto';
import type { Client, Cluster, ConnectRequest, Settled, Storage } from '../../harness/cluster.ts';
import { imageDefinition } from '../../harness/hosts/docker/image-definition.ts';
import { isRefusal, type Links, type Refusal } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { keepSoFar } from '../kit/disks.ts';
import { copyLogs } from '../kit/logs.ts';
import { MarkerLag } from '../kit/marker-lag.ts';
import { named, takeDown } from '../kit/server-node.ts';
import type { Credentials } from '../sql/session.ts';
import { DATABASE } from '../mysql/clients/schema.ts';
import { TIME } from '../mysql/node.ts';
import { planners } from '../mysql/ports.ts';
import { executedCount } from '../mysql/replication.ts';
import { IMAGE } from '../mysql/server.ts';
import { SqlClient } from '../sql/client.ts';
import { SqlClocks } from '../sql/clocks.ts';
import { SQL_PACE, sqlMarkers } from '../sql/lag-markers.ts';
import type { ClusterContext } from '../types.ts';
import { GROUP_PORT, GROUP_ROLE, memberConfig } from './config.ts';
import { Formation } from './formation.ts';
import { GroupNode } from './node.ts';
import { GroupOperator } from './operator.ts';
import { GroupProcesses } from './processes.ts';
import { GroupRouting } from './routing.ts';
import { GroupSettling } from './settle.ts';
import type { GroupSettings } from './settings.ts';
import { writable } from './view.ts';

const BOOT_MS = 120_000;
/** How often the group is asked who takes writes, as a router in front of it does. */
const LOOK_MS = 500;

export const NO_PRIMARY = 'every member takes writes: there is no primary to move';

const credentials = (user: string): Credentials => ({
  user,
  password: randomBytes(12).toString('hex'),
  database: DATABASE,
});

/** Servers that agree on the order of transactions before they commit (group replication). */
export class MysqlGroup implements Cluster {
  readonly nodes: readonly string[];
  readonly links: Links | Refusal;
  readonly clocks: SqlClocks;
  readonly operator: GroupOperator | Refusal;
  readonly processes: GroupProcesses;
  readonly membership: Formation;
  readonly credentials = credentials('alibi');
  readonly #nodes: readonly GroupNode[];
  readonly #settings: GroupSettings;
  readonly #planners = planners();
  readonly #formation: Formation;
  readonly #settling: GroupSettling;
  readonly #clock: Clock;
  readonly #lag: MarkerLag;
  readonly #known: { writers: readonly string[] };
  #endLooking = (): void => undefined;

  constructor({ nodes, host, runtime, log }: ClusterContext, settings: GroupSettings) {
    this.nodes = nodes;
    this.#settings = settings;
    this.#clock = runtime.clock;
    const several = settings.mode === 'multi-primary';
    this.#known = { writers: several ? nodes : [nodes[0]] };
    const member = {
      ports: { [GROUP_ROLE]: GROUP_PORT },
      plugins: ['group_replication.so'],
      settings: memberConfig(host, nodes, settings),
      clients: credentials('app'),
      session: "SET SESSION group_replication_consistency = 'EVENTUAL'",
    };
    const context = { host, runtime, settings: settings.server, credentials: this.credentials, member };
    const at = (address: string) => this.#nodes.find((node) => node.address === address)?.name ?? null;
    this.#nodes = nodes.map((name, i) => new GroupNode(name, i + 1, context, at));
    this.#lag = new MarkerLag(sqlMarkers(this.#nodes, runtime.clock), runtime.clock, SQL_PACE);
    const { links } = host;
    const reaches = (from: string, to: string) =>
      isRefusal(links) ? Promise.resolve(true) : links.reaches({ from, to });
    this.#formation = new Formation(this.#nodes, runtime.clock, log, reaches);
    this.membership = this.#formation;
    this.links = isRefusal(links) ? links : watched(links, this.#formation);
    this.clocks = new SqlClocks(this.#nodes, TIME, runtime.clock);
    this.operator = several ? { refused: NO_PRIMARY } : new GroupOperator(this.#nodes, this.#formation);
    this.processes = new GroupProcesses(this.#nodes, this.#formation);
    const resume = (name: string) => this.processes.resume(name);
    this.#settling = new GroupSettling(this.#nodes, this.#formation, resume, runtime.clock);
  }

  /** Resolves when every member works and shows what was written to the group. */
  async start(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.create()));
    await Promise.all(
      this.#nodes.map(async (node) => {
        await node.initialise();
        await node.untilAnswering(BOOT_MS);
        await node.setReadOnly(true);
      }),
    );
    await this.#formation.form();
    await this.#settling.prove(BOOT_MS);
    await this.#look();
    await keepSoFar(this.#nodes.map((node) => node.place));
  }

  /** Learns who takes writes, and again and again. */
  async #look(): Promise<void> {
    const found = writable(await this.#formation.views());
    if (found.length > 0) this.#known.writers = found;
    this.#endLooking = this.#clock.after(LOOK_MS * MILLISECOND, () => void this.#look());
  }

  connect(request: ConnectRequest): Promise<Client> {
    const planner = this.#planners[request.port]?.(request.session);
    if (planner === undefined)
      return Promise.reject(new Error(`mysql-group has no client for the port "${request.port}"`));
    const routing = new GroupRouting(this.#nodes, this.#known, this.#settings.reads, request.process);
    return Promise.resolve(new SqlClient(planner, request, routing));
  }

  async primaries(): Promise<readonly string[]> {
    return writable(await this.#formation.views());
  }

  readonly standbys = (): readonly string[] =>
    this.#settings.mode === 'multi-primary'
      ? []
      : this.nodes.filter((name) => !this.#known.writers.includes(name));

  readonly storage = (name: string): Storage => {
    const { place, dataDirectory } = named(this.#nodes, name);
    return { host: place, data: dataDirectory };
  };

  settle(deadlineMs: number): Promise<Settled> {
    return this.#settling.settle(deadlineMs);
  }

  /** The true lag behind the primary, or the first of several, by markers, and what the servers say of it. */
  async sample(): Promise<Readonly<Record<string, number>>> {
    const [leader] = this.#known.writers;
    const others = this.nodes.filter((name) => name !== leader);
    const [told, seen] = await Promise.all([this.#told(), this.#lag.sample(leader, others)]);
    return { ...told, ...seen };
  }

  /** By member: transactions that another has executed and it has not. */
  async #told(): Promise<Readonly<Record<string, number>>> {
    const counts = await Promise.all(this.#nodes.map((node) => executedCount(node)));
    const most = Math.max(0, ...counts.map((count) => count ?? 0));
    return Object.fromEntries(
      this.nodes.flatMap((name, i) => {
        const count = counts[i];
        return count === null ? [] : [[`lag-transactions:${name}`, most - count]];
      }),
    );
  }

  async versions(): Promise<Readonly<Record<string, string>>> {
    const answers = await Promise.all(this.#nodes.map((node) => node.ask('SELECT VERSION() AS version')));
    const version = answers.find((row) => row !== null)?.version;
    return {
      mysql: typeof version === 'string' ? version : 'unknown',
      [`image:${IMAGE}`]: imageDefinition(IMAGE).tag,
    };
  }

  collectLogs(directory: string): Promise<void> {
    return copyLogs(this.#nodes, directory);
  }

  async stop(): Promise<void> {
    this.#endLooking();
    await this.#formation.unwatch();
    await takeDown(this.#nodes);
  }
}

/** The links, after whose healing expelled members are looked after. */
function watched(links: Links, formation: Formation): Links {
  return new Proxy(links, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      if (name !== 'heal') return found.bind(target) as unknown;
      return async (which?: Parameters<Links['heal']>[0]) => {
        await target.heal(which);
        formation.watch();
      };
    },
  });
}
