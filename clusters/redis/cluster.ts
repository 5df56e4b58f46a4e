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
import type { Runtime } from '../../harness/runtime/types.ts';
import { keepSoFar } from '../kit/disks.ts';
import { copyLogs } from '../kit/logs.ts';
import { MarkerLag } from '../kit/marker-lag.ts';
import { Positions } from '../kit/positions.ts';
import { processesOf } from '../kit/processes.ts';
import { named, takeDown } from '../kit/server-node.ts';
import { settleBy } from '../kit/settle.ts';
import type { ClusterContext } from '../types.ts';
import { acknowledgement } from './clients/acknowledge.ts';
import { bank } from './clients/bank.ts';
import { RedisClient } from './clients/client.ts';
import { counter, register, rows, set } from './clients/data.ts';
import { ids, log, queue } from './clients/lists.ts';
import { lock } from './clients/lock.ts';
import type { Planner } from './clients/plan.ts';
import { transaction } from './clients/transaction.ts';
import { RedisClocks } from './clocks.ts';
import type { Flavour } from './flavour.ts';
import { keyMarkers, LAG_PACE, lags } from './lag.ts';
import { RedisNode } from './node.ts';
import { SentinelOperator } from './operator.ts';
import { SentinelRouting } from './routing.ts';
import { Sentinels } from './sentinels.ts';
import { proveEqual } from './settle.ts';
import type { RedisSettings } from './settings.ts';

const BOOT_MS = 30_000;

/** A primary with replicas, watched by a sentinel on every node; a single node has neither. */
export class RedisCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly links: Links | Refusal;
  readonly clocks: RedisClocks;
  readonly operator: SentinelOperator | Refusal;
  readonly processes: ProcessControl;
  readonly #nodes: readonly RedisNode[];
  readonly #sentinels: Sentinels;
  readonly #settings: RedisSettings;
  readonly #flavour: Flavour;
  readonly #runtime: Runtime;
  readonly #lag: MarkerLag;
  readonly #positions = new Positions();
  #primary: string;

  constructor({ nodes, host, runtime }: ClusterContext, flavour: Flavour, settings: RedisSettings) {
    this.nodes = nodes;
    this.links = host.links;
    this.#flavour = flavour;
    this.#settings = settings;
    this.#runtime = runtime;
    this.#nodes = nodes.map((name) => new RedisNode(name, { host, runtime, flavour, settings }));
    this.#sentinels = new Sentinels(this.#nodes);
    this.#primary = nodes[0];
    this.#lag = new MarkerLag(keyMarkers(this.#nodes, runtime.clock), runtime.clock, LAG_PACE);
    this.processes = processesOf(this.#nodes);
    this.clocks = new RedisClocks(this.#nodes, runtime.clock);
    this.operator = this.#alone
      ? { refused: 'A single server has no replica to promote.' }
      : new SentinelOperator(this.#nodes, this.#sentinels, runtime.clock);
  }

  get #alone(): boolean {
    return this.#nodes.length === 1;
  }

  async start(): Promise<void> {
    const [primary, ...replicas] = this.#nodes;
    await Promise.all(this.#nodes.map((node) => node.create()));
    await Promise.all(this.#nodes.map((node) => node.configure(node === primary ? null : primary)));
    await primary.start();
    await primary.untilAnswering(BOOT_MS);
    await Promise.all(replicas.map((node) => node.start()));
    await Promise.all(replicas.map((node) => node.untilAnswering(BOOT_MS)));
    if (!this.#alone) {
      await Promise.all(this.#nodes.map((node) => node.startSentinel(primary)));
      await primary.until('sentinels that know each other', BOOT_MS, () => this.#sentinels.complete());
    }
    await proveEqual(this.#nodes, this.#knownPrimary, this.#runtime.clock, BOOT_MS);
    await keepSoFar(this.#nodes.map((node) => node.place));
  }

  readonly #knownPrimary = (): Promise<RedisNode | null> =>
    this.#alone ? Promise.resolve(this.#nodes[0]) : this.#sentinels.agreed();

  connect({ port, process, session, node }: ConnectRequest): Promise<Client> {
    const find = () => (this.#alone ? Promise.resolve(this.nodes[0]) : this.#sentinels.find(process));
    const routing = new SentinelRouting(this.#nodes, find, this.#settings.reads, session);
    return Promise.resolve(new RedisClient(this.#planner(port, process, session), node ?? null, routing));
  }

  #planner(port: string, process: number, session: number): Planner {
    const acknowledge = acknowledgement(this.#settings);
    switch (port) {
      case 'register':
        return register(acknowledge);
      case 'set':
        return set(acknowledge);
      case 'counter':
        return counter(acknowledge);
      case 'rows':
        return rows(acknowledge);
      case 'transaction':
        return transaction(acknowledge);
      case 'bank':
        return bank(acknowledge);
      case 'queue':
        return queue(acknowledge);
      case 'log':
        return log(acknowledge, this.#positions.of(session));
      case 'ids':
        return ids(acknowledge);
      case 'lock':
        return lock(acknowledge, this.#settings.leaseMs, process, this.#runtime.clock);
      default:
        throw new Error(`${this.#flavour.name} has no client for the port "${port}"`);
    }
  }

  async primaries(): Promise<readonly string[]> {
    const roles = await Promise.all(this.#nodes.map((node) => node.role()));
    const names = this.nodes.filter((_, i) => roles[i] === 'master');
    if (names.length === 1) this.#primary = names[0];
    return names;
  }

  readonly storage = (name: string): Storage => {
    const { place, dataDirectory } = named(this.#nodes, name);
    return { host: place, data: dataDirectory };
  };

  readonly standbys = (): readonly string[] => this.nodes.filter((name) => name !== this.#primary);

  settle(deadlineMs: number): Promise<Settled> {
    const { clock } = this.#runtime;
    const prove = (left: number) => proveEqual(this.#nodes, this.#knownPrimary, clock, left);
    return settleBy(this.#nodes, clock, deadlineMs, prove);
  }

  /** The true lag by markers, and what the primary says of it. */
  async sample(): Promise<Readonly<Record<string, number>>> {
    if (this.#alone) return {};
    const [told, seen] = await Promise.all([
      lags(this.#nodes, this.#primary),
      this.#lag.sample(this.#primary, this.standbys()),
    ]);
    return { ...told, ...seen };
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
