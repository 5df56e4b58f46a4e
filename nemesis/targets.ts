import type { Link } from '../harness/hosts/types.ts';
import { SECOND } from '../harness/runtime/types.ts';
import type { Cluster } from '../harness/cluster.ts';
import type { FaultContext, FaultSpec } from './types.ts';

/** Words that choose nodes; `<node>` and `<node>+<node>` name them. */
export const NODE_TARGETS = ['primary', 'one', 'minority', 'majority', 'site', 'all'] as const;

/** For faults of links: those from one data centre to another. */
export const BETWEEN_SITES = 'between-sites';

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
    case 'site': {
      const sites = sitesOf(cluster);
      return sites[random.below(sites.length)];
    }
    case 'all':
    case BETWEEN_SITES:
      return [...nodes];
    default:
      return spec.target.split('+');
  }
}

/** Nodes by data centre. Where nobody has said which stands where, the last half of them stand in another one. */
export function sitesOf({ nodes, sites }: Pick<Cluster, 'nodes' | 'sites'>): string[][] {
  const half = Math.ceil(nodes.length / 2);
  const groups = new Map<string, string[]>();
  for (const [i, node] of nodes.entries()) {
    const site = sites?.get(node) ?? (i < half ? 'dc1' : 'dc2');
    const group = groups.get(site);
    if (group) group.push(node);
    else groups.set(site, [node]);
  }
  return [...groups.values()];
}

/** Every directed link between nodes of different data centres. */
export function linksBetweenSites(cluster: Pick<Cluster, 'nodes' | 'sites'>): Link[] {
  const sites = sitesOf(cluster);
  return sites.flatMap((site, i) => sites.slice(i + 1).flatMap((other) => linksBetween(site, other)));
}

/**
 * The links that a fault of links is about: those that a target stands for, those between nodes meant and the others,
 * or, when everybody is meant, those between each two.
 */
export function linksMeant(
  { target }: FaultSpec,
  { cluster }: FaultContext,
  meant: readonly string[],
): Link[] {
  if (target === BETWEEN_SITES) return linksBetweenSites(cluster);
  const others = cluster.nodes.filter((node) => !meant.includes(node));
  if (others.length > 0) return linksBetween(meant, others);
  return meant.flatMap((node, i) => linksBetween([node], meant.slice(i + 1)));
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
