import { Failed } from '../kit/error-table.ts';
import { named } from '../kit/server-node.ts';
import type { Routing } from './clients/client.ts';
import type { Connection } from './clients/connection.ts';
import type { RedisNode } from './node.ts';
import type { RedisSettings } from './settings.ts';

/** Clients that ask for the primary, and read from where they are told to. */
export class SentinelRouting implements Routing {
  readonly readsNeedPrimary: boolean;
  readonly #nodes: readonly RedisNode[];
  readonly #find: () => Promise<string>;
  readonly #reads: RedisSettings['reads'];
  readonly #session: number;
  #turn: number;

  constructor(
    nodes: readonly RedisNode[],
    find: () => Promise<string>,
    reads: RedisSettings['reads'],
    session: number,
  ) {
    this.#nodes = nodes;
    this.#find = find;
    this.readsNeedPrimary = reads === 'primary';
    this.#reads = reads;
    this.#session = session;
    this.#turn = session;
  }

  readNode(): string {
    const turn = this.#reads === 'any' ? this.#turn++ : this.#session;
    return this.#nodes[turn % this.#nodes.length].name;
  }

  findPrimary(): Promise<string> {
    return this.#find();
  }

  /** Sentinels may be late: whoever they name must say itself that it is the primary. */
  async open(name: string, asPrimary: boolean, signal: AbortSignal): Promise<Connection> {
    const connection = await named(this.#nodes, name).connect(signal);
    if (!asPrimary) return connection;
    const answer = await connection.call('connect', ['ROLE'], signal);
    const role = Array.isArray(answer) ? String(answer[0]) : '';
    if (role === 'master') return connection;
    connection.close();
    throw new Failed({ code: 'not-primary', message: `${name} says that it is a ${role}` }, 'connect');
  }
}
