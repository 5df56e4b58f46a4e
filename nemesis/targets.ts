import type { Link } from '../harness/hosts/types.ts';
import type { FaultContext, FaultSpec } from './types.ts';

/** Words that choose nodes; `<node>` and `<node>+<node>` name them. */
export const NODE_TARGETS = ['primary', 'one', 'minority', 'majority', 'all'] as const;

/**
 * The nodes a target stands for, now. `primary` is asked of the database; where there is none (leaderless,
 * multi-leader with several) the stream picks among what there is.
 */
export async function nodesOf(spec: FaultSpec, { cluster, random }: FaultContext): Promise<string[]> {
  const nodes = cluster.nodes;
  const minority = Math.floor((nodes.length - 1) / 2);
  switch (spec.target) {
    case 'primary': {
      const primaries = await cluster.primaries();
      return [random.pick(primaries.length > 0 ? primaries : nodes)];
    }
    case 'one':
      return [random.pick(nodes)];
    case 'minority':
      return random.shuffle(nodes).slice(0, Math.max(1, minority)).sort();
    case 'majority':
      return random
        .shuffle(nodes)
        .slice(0, nodes.length - minority)
        .sort();
    case 'all':
      return [...nodes];
    default:
      return spec.target.split('+');
  }
}

/** Every directed link between the two groups, both ways. */
export function linksBetween(left: readonly string[], right: readonly string[]): Link[] {
  return left.flatMap((a) =>
    right.flatMap((b) => [
      { from: a, to: b },
      { from: b, to: a },
    ]),
  );
}
