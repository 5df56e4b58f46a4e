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
    const { aof, fullCoverage } = this.#settings;
    const lines = {
      bind: host,
      port,
      'protected-mode': 'no',
      dir: this.dataDirectory,
      save: '""',
      appendonly: aof === 'none' ? 'no' : 'yes',
      appendfsync: aof === 'none' ? 'no' : aof,
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-node-timeout': NODE_TIMEOUT_MS,
      'cluster-announce-ip': host,
      'cluster-require-full-coverage': fullCoverage ? 'yes' : 'no',
      'repl-diskless-sync-delay': 0,
      'repl-ping-replica-period': 1,
      'repl-timeout': 5,
      'repl-backlog-size': '16mb',
    };
    const text = Object.entries(lines)
      .map(([name, value]) => `${name} ${value}\n`)
      .join('');
    await this.prepare(text);
  }

  /** Its name within the cluster. @throws Error when it does not tell */
  async id(): Promise<string> {
    const answer = await this.ask(['CLUSTER', 'MYID'], 3000);
    if (typeof answer !== 'string') throw new Error(`${this.name} does not tell its id`);
    return answer;
  }

  /** One line of CLUSTER INFO or INFO replication, such as `cluster_state` or `master_link_status`. */
  async info(section: 'cluster' | 'replication', field: string): Promise<string | null> {
    const answer = await this.ask(section === 'cluster' ? ['CLUSTER', 'INFO'] : ['INFO', 'replication']);
    return typeof answer === 'string'
      ? (new RegExp(`^${field}:([^\\r\\n]*)`, 'm').exec(answer)?.[1] ?? null)
      : null;
  }
}
