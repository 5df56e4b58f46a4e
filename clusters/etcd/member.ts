import { storageOf, type Host } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Runtime } from '../../harness/runtime/types.ts';
import { ServerNode } from '../kit/server-node.ts';
import { flags } from './config-file.ts';
import { Gateway, textOf, type Reply } from './gateway.ts';
import type { EtcdSettings } from './settings.ts';

const CLIENT = 2379;
const PEER = 2380;
const SERVICE = 'etcd';
export const IMAGE = 'etcd';

/** Whom a member starts with: everybody of a new cluster, or those of one that it joins. */
export interface Membership {
  readonly state: 'new' | 'existing';
  readonly members: readonly string[];
}

export interface MemberContext {
  readonly host: Host;
  readonly runtime: Runtime;
  readonly settings: Pick<EtcdSettings, 'fsync' | 'flags'>;
}

/** One etcd server. */
export class Member extends ServerNode {
  readonly #context: MemberContext;
  membership: Membership;

  constructor(name: string, context: MemberContext, membership: Membership) {
    super(
      {
        node: { name, image: IMAGE, ports: { client: CLIENT, peer: PEER } },
        service: SERVICE,
        starting: () => ({ name: SERVICE, command: this.#command() }),
        answers: () => this.#serves(),
      },
      context.host,
      context.runtime.clock,
    );
    this.#context = context;
    this.membership = membership;
  }

  override get dataDirectory(): string {
    return `${storageOf(this.place)}/data`;
  }

  peerUrl(name = this.name): string {
    const { host, port } = this.#context.host.peer(this.name, name, 'peer');
    return `http://${host}:${port}`;
  }

  #command(): string[] {
    const { host, port } = this.#context.host.bind(this.name, 'client');
    const url = `http://${host}:${port}`;
    const { fsync, flags: given } = this.#context.settings;
    const cluster = this.membership.members.map((name) => `${name}=${this.peerUrl(name)}`);
    return [
      'etcd',
      ...['--name', this.name, '--data-dir', this.dataDirectory],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', this.peerUrl(), '--initial-advertise-peer-urls', this.peerUrl()],
      ...['--initial-cluster', cluster.join(','), '--initial-cluster-state', this.membership.state],
      ...['--initial-cluster-token', 'alibi', ...flags(given)],
      ...(fsync ? [] : ['--unsafe-no-fsync']),
    ];
  }

  open(): Gateway {
    return new Gateway(this.client('client'));
  }

  /** One request on a connection of its own, given up after `timeoutMs`. @throws Failed */
  async ask(path: string, body: Reply, timeoutMs = 2000): Promise<Reply> {
    const late = new AbortController();
    const cancel = this.#context.runtime.clock.after(timeoutMs * MILLISECOND, () => late.abort());
    const gateway = this.open();
    try {
      return await gateway.ask('read', path, body, late.signal);
    } finally {
      cancel();
      gateway.close();
    }
  }

  /** What this member says of itself: its id, whom it takes for the leader, how far it has got; null when silent. */
  async status(): Promise<Status | null> {
    const reply = await this.ask('/v3/maintenance/status', {}, 1000).catch(() => null);
    if (reply === null) return null;
    return {
      id: textOf((reply.header as Reply).member_id),
      leader: textOf(reply.leader),
      committed: Number(reply.raftIndex ?? 0),
      applied: Number(reply.raftAppliedIndex ?? 0),
    };
  }

  /** Does it take writes through a majority? */
  async #serves(): Promise<boolean> {
    const status = await this.status();
    return status !== null && status.leader !== '0';
  }
}

export interface Status {
  readonly id: string;
  /** Zero: nobody. */
  readonly leader: string;
  /** Entries of the log: committed as far as this member knows, and applied by it. */
  readonly committed: number;
  readonly applied: number;
}
