import { join } from 'node:path';
import { shiftClock, shimClockEnvironment } from '../../harness/hosts/docker/shim-clock.ts';
import { storageOf, type Endpoint, type Host } from '../../harness/hosts/types.ts';
import type { Runtime } from '../../harness/runtime/types.ts';
import { ServerNode } from '../kit/server-node.ts';
import { askOnce } from '../redis/ask.ts';
import { Connection, type Answer } from '../redis/clients/connection.ts';
import type { Flavour } from '../redis/flavour.ts';
import type { ClusterSettings } from './settings.ts';

const PORT = 6379;
const ROLE = 'client';
/** How long a peer may be silent before it is thought to have failed. */
export const NODE_TIMEOUT_MS = 1000;

export interface NodeContext {
  readonly host: Host;
  readonly runtime: Runtime;
  readonly flavour: Flavour;
  readonly settings: ClusterSettings;
}

/** A server in cluster mode. It talks to its peers on a second port, its own plus 10000, inside the run's network. */
export class ClusterNode extends ServerNode {
  readonly #context: NodeContext;

  constructor(name: string, context: NodeContext) {
    const { flavour, host, runtime } = context;
    super(
      {
        node: { name, image: flavour.image, ports: { [ROLE]: PORT } },
        service: (place) => ({
          name: flavour.name,
          command: [flavour.program, join(place.directory, 'server.conf')],
          env: shimClockEnvironment(place),
        }),
        answers: async () => (await this.ask(['PING'])) === 'PONG',
      },
      host,
      runtime.clock,
    );
    this.#context = context;
  }

  /** As its peers dial it, and as it calls itself in redirections. */
  get address(): Endpoint {
    return this.#context.host.bind(this.name, ROLE);
  }

  get dataDirectory(): string {
    return join(storageOf(this.place), 'data');
  }

  /** Writes the server's file for its first start: it belongs to no cluster yet. */
  async configure(): Promise<void> {
    const { host, port } = this.address;
    const { aof, fullCoverage } = this.#context.settings;
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
    await this.place.run(['mkdir', '-p', this.dataDirectory]);
    await shiftClock(this.place, 0);
    await this.place.run(['sh', '-c', 'cat > "$1"', 'sh', join(this.place.directory, 'server.conf')], {
      input: text,
    });
  }

  /** For workload clients: a connection of their own. @throws Failed in phase `connect` */
  connect(signal: AbortSignal | null): Promise<Connection> {
    return Connection.open(this.client(ROLE), signal);
  }

  /** One command on a connection of its own; null when it does not answer in time, or refuses. */
  ask(command: readonly (string | number)[], timeoutMs = 1000): Promise<Answer> {
    return askOnce(this.client(ROLE), command, timeoutMs, this.#context.runtime.clock);
  }

  /** Its name within the cluster. @throws Error when it does not tell */
  async id(): Promise<string> {
    const answer = await this.ask(['CLUSTER', 'MYID'], 3000);
    if (typeof answer !== 'string') throw new Error(`${this.name} does not tell its id`);
    return answer;
  }

  /** `master`, `slave` or, when it does not answer, null. */
  async role(): Promise<string | null> {
    const answer = await this.ask(['ROLE']);
    return Array.isArray(answer) ? String(answer[0]) : null;
  }

  /** One line of CLUSTER INFO or INFO replication, such as `cluster_state` or `master_link_status`. */
  async info(section: 'cluster' | 'replication', field: string): Promise<string | null> {
    const answer = await this.ask(section === 'cluster' ? ['CLUSTER', 'INFO'] : ['INFO', 'replication']);
    return typeof answer === 'string'
      ? (new RegExp(`^${field}:([^\\r\\n]*)`, 'm').exec(answer)?.[1] ?? null)
      : null;
  }
}
