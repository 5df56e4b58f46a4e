import { keeping, renderLines } from '../redis/config.ts';
import type { Answer } from '../redis/clients/connection.ts';
import { RedisServer, type ServerContext } from '../redis/server.ts';
import type { ClusterSettings } from './settings.ts';

/** How long a peer may be silent before it is thought to have failed. */
export const NODE_TIMEOUT_MS = 1000;

export interface NodeContext extends ServerContext {
  readonly settings: ClusterSettings;
}

/** A server in cluster mode. It talks to its peers on a second port, its own plus 10000, inside the run's network. */
export class ClusterNode extends RedisServer {
  readonly #settings: ClusterSettings;

  constructor(name: string, context: NodeContext) {
    super(name, context);
    this.#settings = context.settings;
  }

  /** Writes the server's file for its first start: it belongs to no cluster yet. */
  async configure(): Promise<void> {
    const { host, port } = this.address;
    const { aof, fullCoverage, server } = this.#settings;
    const own = {
      bind: host,
      port,
      dir: this.dataDirectory,
      ...keeping(aof),
      'cluster-enabled': true,
      'cluster-config-file': 'nodes.conf',
      'cluster-announce-ip': host,
      'cluster-require-full-coverage': fullCoverage,
    };
    const text = renderLines(own, { 'cluster-node-timeout': NODE_TIMEOUT_MS, ...server });
    await this.prepare(text);
  }

  /** Its name within the cluster. @throws Error when it does not tell */
  async id(): Promise<string> {
    const answer = await this.ask(['CLUSTER', 'MYID'], 3000);
    if (typeof answer !== 'string') throw new Error(`${this.name} does not tell its id`);
    return answer;
  }

  /** As `ask`, of what this node has as a replica, which without READONLY it would only redirect. */
  askReplica(command: readonly string[], timeoutMs: number): Promise<Answer> {
    return this.ask(command, timeoutMs, undefined, ['READONLY']);
  }

  /** One line of CLUSTER INFO or INFO replication, such as `cluster_state` or `master_link_status`. */
  async info(section: 'cluster' | 'replication', field: string): Promise<string | null> {
    const answer = await this.ask(section === 'cluster' ? ['CLUSTER', 'INFO'] : ['INFO', 'replication']);
    return typeof answer === 'string'
      ? (new RegExp(`^${field}:([^\\r\\n]*)`, 'm').exec(answer)?.[1] ?? null)
      : null;
  }
}
