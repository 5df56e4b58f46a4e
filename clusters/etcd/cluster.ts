import type {
  Client,
  Cluster,
  ConnectRequest,
  ProcessControl,
  Settled,
  Storage,
} from '../../harness/cluster.ts';
import type { Links, Refusal } from '../../harness/hosts/types.ts';
import { imageDefinition } from '../../harness/hosts/docker/image-definition.ts';
import type { Runtime } from '../../harness/runtime/types.ts';
import { keepSoFar } from '../kit/disks.ts';
import { copyLogs } from '../kit/logs.ts';
import { MarkerLag } from '../kit/marker-lag.ts';
import { Positions } from '../kit/positions.ts';
import { processesOf } from '../kit/processes.ts';
import { named, takeDown } from '../kit/server-node.ts';
import { settleBy } from '../kit/settle.ts';
import type { ClusterContext } from '../types.ts';
import { bank } from './clients/bank.ts';
import { EtcdClient } from './clients/client.ts';
import { counter, ids } from './clients/counter.ts';
import { lock, type LockOptions } from './clients/lock.ts';
import { log } from './clients/log.ts';
import { lockedSet } from './clients/locked-set.ts';
import type { Planner } from './clients/plan.ts';
import { queue } from './clients/queue.ts';
import { register } from './clients/register.ts';
import { rows } from './clients/rows.ts';
import { set } from './clients/set.ts';
import { transaction } from './clients/transaction.ts';
import { keyMarkers, LAG_PACE } from './lag.ts';
import { IMAGE, Member } from './member.ts';
import { EtcdMembership } from './membership.ts';
import { EtcdOperator, leaders } from './operator.ts';
import { proveEqual } from './settle.ts';
import type { EtcdSettings } from './settings.ts';

const BOOT_MS = 30_000;
export const NO_CLOCK =
  'etcd is a static Go program: it asks the kernel for the time itself, and no library can turn its clock.';

/** Members that agree by Raft: each is asked by clients, a majority decides. */
export class EtcdCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly links: Links | Refusal;
  readonly clocks = { refused: NO_CLOCK };
  readonly operator: EtcdOperator | Refusal;
  readonly membership: EtcdMembership;
  readonly processes: ProcessControl;
  readonly #members: readonly Member[];
  readonly #settings: EtcdSettings;
  readonly #runtime: Runtime;
  readonly #lag: MarkerLag;
  readonly #positions = new Positions();
  #leader: string | null = null;

  constructor({ nodes, host, runtime }: ClusterContext, settings: EtcdSettings) {
    const context = { host, runtime, settings };
    this.nodes = nodes;
    this.links = host.links;
    this.#settings = settings;
    this.#runtime = runtime;
    this.#members = nodes.map((name) => new Member(name, context, { state: 'new', members: nodes }));
    this.#lag = new MarkerLag(keyMarkers(this.#members, runtime.clock), runtime.clock, LAG_PACE);
    this.processes = processesOf(this.#members);
    this.membership = new EtcdMembership(this.#members);
    this.operator =
      nodes.length > 1 ? new EtcdOperator(this.#members) : { refused: 'A single member has no successor.' };
  }

  async start(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.create()));
    await Promise.all(this.#members.map((member) => member.start()));
    await Promise.all(this.#members.map((member) => member.untilAnswering(BOOT_MS)));
    await proveEqual(this.#members, this.#runtime.clock, BOOT_MS);
    await this.primaries();
    await keepSoFar(this.#members.map((member) => member.place));
  }

  connect({ port, process, session, node }: ConnectRequest): Promise<Client> {
    const from = process % this.nodes.length;
    const members = node === undefined ? [...this.nodes.slice(from), ...this.nodes.slice(0, from)] : [node];
    const open = (member: string) => named(this.#members, member).open();
    return Promise.resolve(new EtcdClient({ planner: this.#planner(port, session), members, open }));
  }

  #planner(port: string, session: number): Planner {
    const { reads, set: kind, fencing, leaseSeconds, workMs } = this.#settings;
    const serializable = reads === 'serializable';
    const options: LockOptions = { fencing, leaseSeconds, clock: this.#runtime.clock };
    switch (port) {
      case 'register':
        return register(serializable);
      case 'set':
        return kind === 'keys'
          ? set(serializable)
          : lockedSet({ ...options, fencing: kind === 'locked-fenced' }, workMs);
      case 'counter':
        return counter(serializable);
      case 'rows':
        return rows(serializable);
      case 'transaction':
        return transaction(serializable);
      case 'bank':
        return bank(serializable);
      case 'queue':
        return queue;
      case 'log':
        return log(serializable, this.#positions.of(session));
      case 'ids':
        return ids;
      case 'lock':
        return lock(options);
      default:
        throw new Error(`etcd has no client for the port "${port}"`);
    }
  }

  async primaries(): Promise<readonly string[]> {
    const names = (await leaders(this.#members)).map((member) => member.name);
    this.#leader = names.at(0) ?? this.#leader;
    return names;
  }

  readonly storage = (name: string): Storage => {
    const { place, dataDirectory } = named(this.#members, name);
    return { host: place, data: dataDirectory };
  };

  readonly standbys = (): readonly string[] => this.nodes.filter((name) => name !== this.#leader);

  settle(deadlineMs: number): Promise<Settled> {
    const { clock } = this.#runtime;
    return settleBy(this.#members, clock, deadlineMs, (left) => proveEqual(this.#members, clock, left));
  }

  /** The true lag behind the leader by markers, and what the members say of it. */
  async sample(): Promise<Readonly<Record<string, number>>> {
    const leader = this.#leader ?? this.nodes[0];
    const others = this.nodes.filter((name) => name !== leader);
    const [told, seen] = await Promise.all([this.#told(), this.#lag.sample(leader, others)]);
    return { ...told, ...seen };
  }

  /** Entries that a member knows to be committed, by the one that knows most, and has still to apply. */
  async #told(): Promise<Readonly<Record<string, number>>> {
    const statuses = await Promise.all(this.#members.map((member) => member.status()));
    const committed = Math.max(...statuses.map((status) => status?.committed ?? 0));
    return Object.fromEntries(
      this.nodes.flatMap((name, i) => {
        const status = statuses[i];
        return status === null ? [] : [[`lag-entries:${name}`, Math.max(0, committed - status.applied)]];
      }),
    );
  }

  async versions(): Promise<Readonly<Record<string, string>>> {
    const { stdout } = await this.#members[0].place.run(['etcd', '--version']);
    const version = /etcd Version: (\S+)/.exec(stdout)?.[1] ?? 'unknown';
    return { etcd: version, 'image:etcd': imageDefinition(IMAGE).tag };
  }

  collectLogs(directory: string): Promise<void> {
    return copyLogs(this.#members, directory);
  }

  stop(): Promise<void> {
    return takeDown(this.#members);
  }
}
