import type { PostgresNode } from './node.ts';

/** How many standbys a commit waits for: `first-1` the first of the list, `any-1` whichever is quickest. */
export const SYNCHRONOUS = ['none', 'first-1', 'any-1', 'all'] as const;
export type Synchronous = (typeof SYNCHRONOUS)[number];

/** Who is who at present, by what the operator did: the nodes' own view is asked of them by `primaries()`. */
export class Topology {
  readonly nodes: readonly PostgresNode[];
  readonly #synchronous: Synchronous;
  /** Former primaries whose data has left the common history: they serve nobody until re-seeded. */
  readonly deposed = new Set<string>();
  /** A former primary that was not fenced, and still serves those who reach it. */
  unfenced: string | null = null;
  primary: string;

  constructor(nodes: readonly PostgresNode[], synchronous: Synchronous) {
    this.nodes = nodes;
    this.#synchronous = synchronous;
    this.primary = nodes[0].name;
  }

  node(name: string): PostgresNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`postgres has no node "${name}"`);
    return found;
  }

  standbys(): PostgresNode[] {
    return this.nodes.filter((node) => node.name !== this.primary && !this.deposed.has(node.name));
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
