import type { Membership } from '../../harness/cluster.ts';
import type { Topology } from '../sql/topology.ts';
import type { MysqlNode } from './node.ts';
import type { MysqlOperator } from './operator.ts';

/** Servers that are taken away with their data, and replaced by new ones that are filled under load. */
export class MysqlMembership implements Membership {
  readonly #topology: Topology<MysqlNode>;
  readonly #operator: MysqlOperator;
  readonly #removed = new Set<string>();

  constructor(topology: Topology<MysqlNode>, operator: MysqlOperator) {
    this.#topology = topology;
    this.#operator = operator;
  }

  /** Who serves or follows, by the operator's own list: MySQL keeps none. */
  members(): Promise<readonly string[]> {
    const names = this.#topology.nodes.map(({ name }) => name);
    return Promise.resolve(names.filter((name) => !this.#removed.has(name)));
  }

  /** A primary is replaced first. */
  async remove(name: string): Promise<void> {
    const topology = this.#topology;
    if (topology.primary === name) await this.#operator.failover({ fence: true });
    const node = topology.node(name);
    this.#removed.add(name);
    topology.deposed.add(name);
    await node.kill();
    await node.discard();
  }

  async add(name: string): Promise<void> {
    await this.#operator.rejoin(name);
    this.#removed.delete(name);
  }
}
