import type { MysqlNode } from './node.ts';

/** Who is who at present, by what the operator did: the nodes' own view is asked of them by `primaries()`. */
export class Topology {
  readonly nodes: readonly MysqlNode[];
  /** Former primaries whose data has left the common history: they serve nobody until they are cloned anew. */
  readonly deposed = new Set<string>();
  /** A former primary that was not fenced, and still serves those who reach it. */
  unfenced: string | null = null;
  primary: string;

  constructor(nodes: readonly MysqlNode[]) {
    this.nodes = nodes;
    this.primary = nodes[0].name;
  }

  node(name: string): MysqlNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`mysql has no node "${name}"`);
    return found;
  }

  standbys(): MysqlNode[] {
    return this.nodes.filter((node) => node.name !== this.primary && !this.deposed.has(node.name));
  }
}
