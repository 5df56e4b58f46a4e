import { named, type ServerNode } from '../kit/server-node.ts';

/** Who is who at present, by what the operator did: the nodes' own view is asked of them by `primaries()`. */
export class Topology<Node extends ServerNode> {
  readonly nodes: readonly Node[];
  /** Former primaries whose data has left the common history: they serve nobody until they are copied anew. */
  readonly deposed = new Set<string>();
  /** A former primary that was not fenced, and still serves those who reach it. */
  unfenced: string | null = null;
  primary: string;

  constructor(nodes: readonly Node[]) {
    this.nodes = nodes;
    this.primary = nodes[0].name;
  }

  /** @throws Error when there is none of that name */
  node(name: string): Node {
    return named(this.nodes, name);
  }

  standbys(): Node[] {
    return this.nodes.filter((node) => node.name !== this.primary && !this.deposed.has(node.name));
  }
}
