import type {
  Client,
  ClockControl,
  Cluster,
  ConnectRequest,
  MadeUpDisk,
  Operator,
  ProcessControl,
  Settled,
  Storage,
} from '../../../harness/cluster.ts';
import type { Links, Refusal } from '../../../harness/hosts/types.ts';
import { MILLISECOND } from '../../../harness/runtime/types.ts';
import type { SimulatedContext } from '../../types.ts';
import { ReferenceCluster } from '../cluster.ts';
import type { Fleet } from '../fleet.ts';
import { PORTS } from '../ports.ts';
import { StoreSession } from '../session.ts';
import { sitesOf } from '../sites.ts';
import { storeSettings, type StoreSettings } from '../settings.ts';
import { PartitionedClient } from './client.ts';
import { GroupFleet } from './group-fleet.ts';
import type { PartitionMap } from './maps/map.ts';
import { SLOTS } from './maps/slots.ts';
import { membersOf, schemeOf, tokenOfRows, type Partitioning } from './partitioning.ts';
import type { Traffic } from './locator.ts';
import { ReadCache } from './read-cache.ts';
import { PlacementClient } from './placement-client.ts';
import { PARTITION_PORTS } from './ports.ts';
import { Rebalancer } from './rebalancer.ts';
import { SpreadClient } from './spread-client.ts';
import { COLUMN_PORT, SPREAD_PORTS } from './spread-ports.ts';
import { ShardOperator } from './operator.ts';
import { ShardConnections } from './shards.ts';
import { partitioningOf, rowsMerge, weightsOf } from './settings.ts';
import { ShardRebalancing } from './rebalancing.ts';
import { unfinishedIn } from './quiet.ts';
import { skewOf } from './skew.ts';
import { Watch } from './watch.ts';

/** Ports of registers whose answers say nothing of their owner. */
const CACHED = ['register', 'hotspot'];

/** The reference store, split over shards, each of which is a store of its own with the strategy of the settings. */
export class PartitionedCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly storage?: (node: string) => Storage;
  readonly disk?: (node: string) => MadeUpDisk;
  readonly sites: ReadonlyMap<string, string> | undefined;
  readonly links: Links | Refusal;
  readonly operator: Operator | Refusal;
  readonly rebalancing: ShardRebalancing;
  readonly #context: SimulatedContext;
  readonly #settings: StoreSettings;
  readonly #partitioning: Partitioning;
  readonly #fleet: Fleet;
  readonly #shards = new Map<string, ReferenceCluster>();
  readonly #shardOf = new Map<string, string>();
  readonly #first: PartitionMap;
  readonly #rebalancer: Rebalancer;
  readonly #sessions = new Map<number, StoreSession>();
  readonly #watch: Watch;
  /** Requests by shard, as of the last sample. */
  #counted: ReadonlyMap<string, number> = new Map();
  readonly #traffic: Traffic = { requests: 0, hops: 0, shards: 0 };

  constructor(context: SimulatedContext, fleet: Fleet) {
    this.nodes = context.nodes;
    this.links = fleet.links;
    this.#context = context;
    this.#fleet = fleet;
    if (fleet.storage) this.storage = fleet.storage.bind(fleet);
    if (fleet.disk) this.disk = fleet.disk.bind(fleet);
    this.#settings = storeSettings(context.settings);
    const { sites } = this.#settings;
    this.sites = sites > 1 ? sitesOf(context.nodes, sites) : undefined;
    this.#partitioning = partitioningOf(this.#settings, context.nodes) as Partitioning;
    for (const { shard, nodes } of this.#partitioning.groups) {
      this.#shards.set(shard, new ReferenceCluster({ ...context, nodes }, new GroupFleet(fleet, nodes)));
      for (const node of nodes) this.#shardOf.set(node, shard);
    }
    const weights = weightsOf(this.#settings);
    const names = [...this.#shards.keys()];
    const owners = names.slice(0, this.#settings.shards);
    const scheme = schemeOf(this.#partitioning);
    this.#first = scheme.place(membersOf(owners, weights));
    this.#rebalancer = new Rebalancer(this.#first, {
      clock: context.runtime.clock,
      log: context.log,
      connections: this.#connections(-1, 0),
      home: names[0],
      bug: this.#settings.bug,
      nodesOf: rowsMerge(this.#settings)
        ? (shard) => this.#partitioning.groups.find((group) => group.shard === shard)?.nodes ?? []
        : null,
      chunk: this.#settings.moveChunk,
      delayMs: this.#settings.moveDelay,
    });
    this.rebalancing = new ShardRebalancing(context.runtime.clock, this.#rebalancer, scheme, names, weights);
    this.#watch = new Watch({
      clock: context.runtime.clock,
      fleet,
      groups: this.#partitioning.groups,
      settings: this.#settings,
      rebalancer: this.#rebalancer,
      rebalancing: this.rebalancing,
    });
    this.operator = new ShardOperator([...this.#shards.values()].map((shard) => shard.operator));
  }

  async start(): Promise<void> {
    await this.#fleet.add();
    await Promise.all([...this.#shards.values()].map((shard) => shard.start()));
    await this.#rebalancer.begin();
    this.#watch.begin();
  }

  connect({ port, process, session, node }: ConnectRequest): Promise<Client> {
    if (port === 'placement') return Promise.resolve(this.#placement(process, session));
    const translate = PORTS[port] ?? PARTITION_PORTS[port];
    if (!translate && SPREAD_PORTS[port] === undefined)
      return Promise.reject(new Error(`the reference store has no port "${port}"`));
    // What concerns several rows is at no one node.
    const spread = port === 'rows' ? COLUMN_PORT : SPREAD_PORTS[port];
    if (spread !== undefined)
      return Promise.resolve(new SpreadClient(spread, this.#settings, this.#clientParts(process, session)));
    if (node !== undefined)
      return (this.#shards.get(this.#shardOf.get(node) ?? '') as ReferenceCluster).connect({
        port,
        process,
        session,
        node,
      });
    let memory = this.#sessions.get(session);
    if (!memory) this.#sessions.set(session, (memory = new StoreSession()));
    const { cacheFor } = this.#settings;
    return Promise.resolve(
      new PartitionedClient(translate, {
        ...this.#clientParts(process, session),
        session: memory,
        cache:
          cacheFor > 0 && CACHED.includes(port) ? new ReadCache(this.#context.runtime.clock, cacheFor) : null,
      }),
    );
  }

  /** Of the shards that own data, where several do: spares lead nobody that a fault could hurt. */
  async primaries(): Promise<readonly string[]> {
    const owners = this.#rebalancer.map.shards;
    const chosen = [...this.#shards].filter(([name]) => owners.length < 2 || owners.includes(name));
    const each = await Promise.all(chosen.map(([, shard]) => shard.primaries()));
    return each.flat();
  }

  readonly standbys = (): readonly string[] =>
    [...this.#shards.values()].flatMap((shard) => shard.standbys());

  readonly processes: ProcessControl = {
    kill: (node) => this.#fleet.kill(node),
    pause: (node) => this.#fleet.pause(node),
    resume: (node) => this.#fleet.resume(node),
    restart: (node) => this.#shardAt(node).processes.restart(node),
    state: (node) => this.#fleet.state(node),
  };

  readonly clocks: ClockControl = {
    setOffset: (node, offsetMs) => this.#fleet.setClock(node, { offsetMs }),
    setDrift: (node, driftPercent) => this.#fleet.setClock(node, { driftPercent }),
    offset: (node) => this.#fleet.clockOffset(node),
  };

  /** The shards settle, moves come to their end, and what they have written has reached every replica. */
  async settle(deadlineMs: number): Promise<Settled> {
    const { clock } = this.#context.runtime;
    const deadline = clock.now() + deadlineMs * MILLISECOND;
    const remaining = () => Math.max(0, (deadline - clock.now()) / MILLISECOND);
    this.#watch.stop();
    const first = await this.#settleShards(remaining());
    if (!first.settled) return first;
    const still = () => this.#rebalancer.pending === 0;
    if (!(await this.#fleet.until(remaining(), () => Promise.resolve(still()))))
      return {
        settled: false,
        evidence: `rebalancing did not end: ${this.#rebalancer.progress}`,
        unrecovered: [],
      };
    const ask = this.#rebalancer.ask.bind(this.#rebalancer);
    let left: readonly string[] = [];
    const quiet = async () => (left = await unfinishedIn([...this.#shards.keys()], ask)).length === 0;
    if (!(await this.#fleet.until(remaining(), quiet)))
      return { settled: false, evidence: left.join('; '), unrecovered: [] };
    return this.#settleShards(remaining());
  }

  async sample(): Promise<Readonly<Record<string, number>>> {
    const [statuses, ...lags] = await Promise.all([
      this.#fleet.statuses(),
      ...[...this.#shards.values()].map((shard) => shard.sample()),
    ]);
    const { requests, hops, shards } = this.#traffic;
    const { rows, bytes, map } = this.#rebalancer;
    const skew = skewOf(this.#partitioning.groups, statuses, map.shards, this.#counted);
    this.#counted = skew.requests;
    return {
      ...Object.fromEntries(lags.flatMap((lag) => Object.entries(lag))),
      ...skew.gauges,
      'moved-keys': rows,
      'moved-bytes': bytes,
      ...(requests === 0
        ? {}
        : {
            'hops-per-1000-requests': Math.round((hops * 1000) / requests),
            'shards-per-1000-requests': Math.round((shards * 1000) / requests),
          }),
    };
  }

  versions(): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve({ node: process.version });
  }

  marks(): Readonly<Record<string, number>> {
    return this.#fleet.marks?.() ?? {};
  }

  collectLogs(directory: string): Promise<void> {
    return this.#fleet.copyLogs(directory);
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    this.#rebalancer.stop();
    for (const name of this.nodes) await this.#fleet.kill(name);
  }

  async #settleShards(deadlineMs: number): Promise<Settled> {
    const each = await Promise.all([...this.#shards.values()].map((shard) => shard.settle(deadlineMs)));
    const open = each.filter(({ settled }) => !settled);
    const told = (open.length > 0 ? open : each).map(({ evidence }) => evidence).join('; ');
    return {
      settled: open.length === 0,
      evidence: told,
      unrecovered: each.flatMap(({ unrecovered }) => unrecovered),
    };
  }

  #placement(process: number, session: number): Client {
    const { partitioning, vnodes, partitions } = this.#settings;
    return new PlacementClient({
      connections: this.#connections(process, session),
      tokenOf: tokenOfRows(this.#partitioning),
      home: this.#partitioning.groups[0].shard,
      about: {
        scheme: partitioning,
        vnodes,
        buckets: partitioning === 'slots' ? SLOTS : partitions,
        weights: Object.fromEntries(weightsOf(this.#settings)),
      },
    });
  }

  #shardAt(node: string): ReferenceCluster {
    const shard = this.#shards.get(this.#shardOf.get(node) ?? '');
    if (!shard) throw new Error(`node ${node} belongs to no shard`);
    return shard;
  }

  #clientParts(process: number, session: number) {
    return {
      connections: this.#connections(process, session),
      tokenOf: tokenOfRows(this.#partitioning),
      map: this.#first,
      home: this.#partitioning.groups[0].shard,
      lookup: this.#settings.lookup,
      traffic: this.#traffic,
      clock: this.#context.runtime.clock,
      random: this.#context.runtime.random('reference/pauses').fork(String(process)),
      mapForMs: this.#settings.mapFor * 1000,
      // Clients that were made together do not all ask together.
      age: (process % 10) / 10,
    };
  }

  #connections(process: number, session: number): ShardConnections {
    return new ShardConnections(this.#fleet, (shard) =>
      (this.#shards.get(shard) as ReferenceCluster).router({ port: '', process, session }),
    );
  }
}

export function clusterOn(context: SimulatedContext, fleet: Fleet): Cluster {
  return storeSettings(context.settings).partitioning === 'none'
    ? new ReferenceCluster(context, fleet)
    : new PartitionedCluster(context, fleet);
}
