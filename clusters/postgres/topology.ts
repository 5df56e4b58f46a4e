import { Topology } from '../sql/topology.ts';
import type { PostgresNode } from './node.ts';

/** How many standbys a commit waits for: `first-1` the first of the list, `any-1` whichever is quickest. */
export const SYNCHRONOUS = ['none', 'first-1', 'any-1', 'all'] as const;
export type Synchronous = (typeof SYNCHRONOUS)[number];

/** The primary, its standbys, and whom a commit waits for. */
export class PostgresTopology extends Topology<PostgresNode> {
  readonly #synchronous: Synchronous;

  constructor(nodes: readonly PostgresNode[], synchronous: Synchronous) {
    super(nodes);
    this.#synchronous = synchronous;
  }

  /**
   * `synchronous_standby_names` of `primary` over these standbys. A standby that is merely down stays listed (writes
   * wait for it); a deposed one is not, as an operator would have it: waiting for a node that was taken out of
   * service would block for ever, and with no standby left at all there is nobody to wait for.
   * https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-SYNCHRONOUS-STANDBY-NAMES
   */
  synchronousNames(standbys: readonly string[]): string {
    if (this.#synchronous === 'none' || standbys.length === 0) return '';
    const list = standbys.map((name) => `"${name}"`).join(', ');
    switch (this.#synchronous) {
      case 'first-1':
        return `FIRST 1 (${list})`;
      case 'any-1':
        return `ANY 1 (${list})`;
      case 'all':
        return `FIRST ${standbys.length} (${list})`;
    }
  }
}
