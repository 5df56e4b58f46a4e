import type { Operator } from '../../harness/cluster.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { ClusterNode } from './node.ts';

const MOVE_MS = 15_000;
const READ_MS = 1_000;

/** Moves a primary's role to its replica: of the first primary, in the order of names, that has one. */
export class ClusterOperator implements Operator {
  readonly #nodes: readonly ClusterNode[];
  readonly #clock: Clock;

  constructor(nodes: readonly ClusterNode[], clock: Clock) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  /**
   * `fence`: the primary is killed first and its replica takes over, with the cluster's agreement or (TAKEOVER)
   * without. Else the two hand over to each other, which loses nothing.
   * https://redis.io/docs/latest/commands/cluster-failover/
   */
  async failover({ fence }: { readonly fence: boolean }): Promise<{ from: string; to: string }> {
    const { from, to } = await this.#pair();
    if (fence) await from.kill();
    return this.#move(from, to, fence ? ['CLUSTER', 'FAILOVER', 'TAKEOVER'] : ['CLUSTER', 'FAILOVER']);
  }

  switchover(): Promise<{ from: string; to: string }> {
    return this.failover({ fence: false });
  }

  async restartThenPromote(): Promise<{ from: string; to: string }> {
    const { from, to } = await this.#pair();
    await from.kill();
    await from.start();
    await from.untilAnswering(MOVE_MS);
    await this.#clock.sleep(READ_MS * MILLISECOND);
    return this.#move(from, to, ['CLUSTER', 'FAILOVER', 'TAKEOVER']);
  }

  async #move(
    from: ClusterNode,
    to: ClusterNode,
    command: readonly string[],
  ): Promise<{ from: string; to: string }> {
    // Refused by one that has taken over by itself: whether it leads now is what counts.
    await to.ask(command, 3000);
    await to.until('its promotion', MOVE_MS, async () => (await to.role()) === 'master');
    return { from: from.name, to: to.name };
  }

  async #pair(): Promise<{ from: ClusterNode; to: ClusterNode }> {
    const roles = await Promise.all(this.#nodes.map((node) => node.ask(['ROLE'])));
    for (const [i, role] of roles.entries()) {
      if (!Array.isArray(role) || role[0] !== 'slave') continue;
      const from = this.#nodes.find((node) => node.address.host === role[1]);
      if (from !== undefined && (await from.role()) === 'master') return { from, to: this.#nodes[i] };
    }
    throw new Error('no primary has a replica that could be promoted');
  }
}
