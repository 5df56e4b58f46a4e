import type { Link } from '../harness/hosts/types.ts';
import { SECOND } from '../harness/runtime/types.ts';
import type { FaultContext, FaultSpec } from './types.ts';

/** Words that choose nodes; `<node>` and `<node>+<node>` name them. */
export const NODE_TARGETS = ['primary', 'one', 'minority', 'majority', 'all'] as const;

const ATTEMPTS = 6;
const BETWEEN_ATTEMPTS = SECOND / 2;

/**
 * Who leads, by the database's own view. Where nodes follow somebody, one that names no primary is busy or holds an
 * election: it is asked again for a few seconds, then the answer is empty.
 */
export async function primariesOf({ cluster, clock }: FaultContext): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt++) {
    const primaries = await cluster.primaries();
    if (primaries.length > 0 || cluster.standbys().length === 0 || attempt === ATTEMPTS) return primaries;
    await clock.sleep(BETWEEN_ATTEMPTS);
  }
}

/**
 * The nodes a target stands for, now. `primary` is asked of the database; where there is none (leaderless,
 * multi-leader with several) the stream picks among what there is.
 */
export async function nodesOf(spec: FaultSpec, context: FaultContext): Promise<string[]> {
  const { cluster, random } = context;
  const nodes = cluster.nodes;
  const minority = Math.floor((nodes.length - 1) / 2);
  switch (spec.target) {
    case 'primary': {
      const primaries = await primariesOf(context);
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
