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
import { MILLISECOND, type Runtime } from '../../harness/runtime/types.ts';
import { keepSoFar } from '../kit/disks.ts';
import { copyLogs } from '../kit/logs.ts';
import { Positions } from '../kit/positions.ts';
import { processesOf } from '../kit/processes.ts';
import { named, takeDown } from '../kit/server-node.ts';
import { settleBy } from '../kit/settle.ts';
import { acknowledgement } from '../redis/clients/acknowledge.ts';
import { bank } from '../redis/clients/bank.ts';
import { counter, register, rows } from '../redis/clients/data.ts';
import { ids, log, queue } from '../redis/clients/lists.ts';
import type { Acknowledge, Planner } from '../redis/clients/plan.ts';
import { RedisClocks } from '../redis/clocks.ts';
import type { Flavour } from '../redis/flavour.ts';
import { lags } from '../redis/lag.ts';
import type { ClusterContext } from '../types.ts';
import { SlotClient } from './client.ts';
import { form } from './forming.ts';
import { SlotLag } from './lag.ts';
import { ClusterNode } from './node.ts';
import { ClusterOperator } from './operator.ts';
import { Resharding } from './resharding.ts';
import { proveWhole } from './settle.ts';
import type { ClusterSettings } from './settings.ts';
import { SlotMap } from './slot-map.ts';
import { spreadSet } from './spread-set.ts';

const BOOT_MS = 30_000;
/** What a proof takes at least, however late it is: confirmations come once a second. */
const PROOF_MS = 10_000;

/** `offsets`: how far its session has read each log. */
type MakePlanner = (acknowledge: Acknowledge, offsets: Map<string, number>) => Planner;

const PLANNERS: Readonly<Record<string, MakePlanner>> = {
  ...{ register, rows, counter, bank },
  set: spreadSet,
  ...{ queue, log, ids },
};

export const PORTS = Object.keys(PLANNERS);

/** Primaries that share the slots, and a replica of each; the first half of the nodes leads at first. */
export class SlotCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly links: Links | Refusal;
  readonly clocks: RedisClocks;
  readonly operator: ClusterOperator;
  readonly processes: ProcessControl;
  readonly rebalancing: Resharding;
  readonly #nodes: readonly ClusterNode[];
  readonly #settings: ClusterSettings;
  readonly #flavour: Flavour;
  readonly #runtime: Runtime;
  readonly #lag: SlotLag;
  readonly #positions = new Positions();
  #standbys: readonly string[];

  constructor({ nodes, host, runtime, log }: ClusterContext, flavour: Flavour, settings: ClusterSettings) {
    this.nodes = nodes;
    this.links = host.links;
    this.#flavour = flavour;
    this.#settings = settings;
    this.#runtime = runtime;
    this.#nodes = nodes.map((name) => new ClusterNode(name, { host, runtime, flavour, settings }));
    this.#lag = new SlotLag(this.#nodes, runtime.clock);
    this.#standbys = nodes.slice(nodes.length / 2);
    this.processes = processesOf(this.#nodes);
    this.clocks = new RedisClocks(this.#nodes, runtime.clock);
    this.operator = new ClusterOperator(this.#nodes, runtime.clock);
    this.rebalancing = new Resharding(this.#nodes, log);
  }

  async start(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.create()));
    await Promise.all(
      this.#nodes.map(async (node) => {
        await node.configure();
        await node.start();
        await node.untilAnswering(BOOT_MS);
      }),
    );
    await form(this.#nodes);
    await proveWhole(this.#nodes, BOOT_MS);
    await this.rebalancing.look();
    await keepSoFar(this.#nodes.map((node) => node.place));
  }

  connect({ port, process, session }: ConnectRequest): Promise<Client> {
    const make = PLANNERS[port];
    if (make === undefined)
      return Promise.reject(new Error(`${this.#flavour.name}-cluster has no client for the port "${port}"`));
    const map = new SlotMap(this.#nodes, process);
    const planner = make(acknowledgement(this.#settings), this.#positions.of(session));
    return Promise.resolve(new SlotClient(planner, map));
  }

  /** Several lead from the start, each its slots: two of one shard would be a split brain, and cannot be told from it here. */
  async primaries(): Promise<readonly string[]> {
    const roles = await Promise.all(this.#nodes.map((node) => node.role()));
    this.#standbys = this.nodes.filter((_, i) => roles[i] === 'slave');
    return this.nodes.filter((_, i) => roles[i] === 'master');
  }

  readonly standbys = (): readonly string[] => this.#standbys;

  readonly storage = (name: string): Storage => {
    const { place, dataDirectory } = named(this.#nodes, name);
    return { host: place, data: dataDirectory };
  };

  async settle(deadlineMs: number): Promise<Settled> {
    const { clock } = this.#runtime;
    const end = clock.now() + deadlineMs * MILLISECOND;
    const prove = (left: number) => proveWhole(this.#nodes, left);
    const first = await settleBy(this.#nodes, clock, deadlineMs, prove);
    if (!first.settled) return first;
    try {
      await this.rebalancing.finish();
    } catch (error) {
      return { ...first, settled: false, evidence: `slots were left open: ${String(error)}` };
    }
    return settleBy(this.#nodes, clock, Math.max(PROOF_MS, (end - clock.now()) / MILLISECOND), prove);
  }

  async sample(): Promise<Readonly<Record<string, number>>> {
    const leaders = this.nodes.filter((name) => !this.#standbys.includes(name));
    const each = await Promise.all([
      ...leaders.map((leader) => lags(this.#nodes, leader)),
      this.#lag.sample(),
    ]);
    return Object.assign({}, ...each) as Record<string, number>;
  }

  async versions(): Promise<Readonly<Record<string, string>>> {
    const { name, image, program } = this.#flavour;
    const { stdout } = await this.#nodes[0].place.run([program, '--version']);
    const version = / v=(\S+)/.exec(stdout)?.[1] ?? 'unknown';
    return { [name]: version, [`image:${image}`]: imageDefinition(image).tag };
  }

  collectLogs(directory: string): Promise<void> {
    return copyLogs(this.#nodes, directory);
  }

  stop(): Promise<void> {
    return takeDown(this.#nodes);
  }
}
