import { BETWEEN_SITES, linksBetween, linksBetweenSites, nodesOf, primariesOf, sitesOf } from './targets.ts';
import { cutLinks } from './links.ts';
import { wrongTarget } from './spec.ts';
import type { Link } from '../harness/hosts/types.ts';
import { defineFault, type FaultContext, type FaultSpec } from './types.ts';

const OPTIONS = ['in', 'out', 'reset', 'syn'];
const SHAPES = ['primary', 'one', 'halves', 'site', 'sites', BETWEEN_SITES, 'bridge', 'ring'];
/** With fewer, whoever hears a majority of a ring hears everybody, or TCP works in no direction. */
const RING = 4;

/** Separates a group of nodes from the others; clients still reach every node. */
export const partition = defineFault({
  name: 'partition',
  title: 'Cut the network between a group of nodes and the rest',
  forms: [
    'partition:primary',
    'partition:one',
    'partition:halves',
    'partition:site',
    'partition:sites',
    'partition:between-sites',
    'partition:bridge',
    'partition:ring',
    'partition:<node>[+<node>…]',
    'partition:<target>:in',
    'partition:<target>:out',
    'partition:<target>:reset',
    'partition:<target>:syn',
  ],
  validate: (spec, nodes) => {
    if (spec.option !== null && !OPTIONS.includes(spec.option)) return `unknown option "${spec.option}"`;
    if (nodes.length < 2) return 'one node has nobody to be parted from';
    const wrong = wrongTarget(spec.target, SHAPES, nodes);
    if (wrong !== null) return wrong;
    if (spec.target === 'bridge' && nodes.length < 3) return 'a bridge needs three nodes';
    if (spec.target === 'ring' && nodes.length < RING) return `a ring needs ${RING} nodes`;
    const whole = ['bridge', 'ring', BETWEEN_SITES].includes(spec.target);
    if (whole && (spec.option === 'in' || spec.option === 'out'))
      return `a ${spec.target} has no inside: it takes reset or syn`;
    return new Set(spec.target.split('+')).size >= nodes.length
      ? 'nobody would be left on the other side'
      : null;
  },
  inject: async (spec, context) => {
    const { targets, cut } = await cutOf(spec, context);
    const mode = spec.option === 'reset' || spec.option === 'syn' ? spec.option : 'drop';
    return cutLinks(context, cut, mode, targets);
  },
});

/** Whom the user meant, and the links between. */
async function cutOf(
  spec: FaultSpec,
  context: FaultContext,
): Promise<{ readonly targets: readonly string[]; readonly cut: readonly Link[] }> {
  const { cluster, random } = context;
  const { nodes } = cluster;
  switch (spec.target) {
    case 'ring': {
      // Each node hears itself and those next to it: a majority, and no two the same one (Jepsen, majorities-ring).
      const ring = random.shuffle(nodes);
      const near = Math.ceil(Math.floor(nodes.length / 2) / 2);
      const apart = (i: number, j: number) => Math.min(j - i, nodes.length - (j - i)) > near;
      const cut = ring.flatMap((a, i) =>
        ring.flatMap((b, j) => (i < j && apart(i, j) ? linksBetween([a], [b]) : [])),
      );
      return { targets: [...nodes], cut };
    }
    case BETWEEN_SITES:
      return { targets: [...nodes], cut: linksBetweenSites(cluster) };
    case 'bridge': {
      // Two halves that hear nothing of each other, and one node that hears both (Jepsen, bridge).
      const [, ...rest] = random.shuffle(nodes);
      const half = Math.floor(rest.length / 2);
      return { targets: [...rest].sort(), cut: linksBetween(rest.slice(0, half), rest.slice(half)) };
    }
    default: {
      const group = await groupOf(spec, context);
      const rest = nodes.filter((node) => !group.includes(node));
      const cut = linksBetween(group, rest).filter(
        (link) =>
          (spec.option !== 'in' || group.includes(link.to)) &&
          (spec.option !== 'out' || group.includes(link.from)),
      );
      return { targets: group, cut };
    }
  }
}

async function groupOf(spec: FaultSpec, context: FaultContext): Promise<string[]> {
  const { nodes } = context.cluster;
  if (spec.target === 'halves')
    return context.random
      .shuffle(nodes)
      .slice(0, Math.floor(nodes.length / 2))
      .sort();
  if (spec.target === 'sites') return sitesOf(context.cluster).at(-1) ?? [];
  return nodesOf(spec, context);
}

/** Cuts the primary off from everything that follows it, just as a failing switch before a crash would. */
export const cutStandbys = defineFault({
  name: 'cut-standbys',
  title: 'Cut the links between the primary and all of its standbys',
  forms: ['cut-standbys'],
  validate: (spec, nodes) => {
    if (spec.target !== '' || spec.option !== null) return 'it takes no target';
    return nodes.length < 2 ? 'there is no standby' : null;
  },
  inject: async (_spec, context) => {
    const { cluster, random } = context;
    const primaries = await primariesOf(context);
    if (primaries.length === 0) throw new Error('no node says that it is the primary');
    const primary = random.pick(primaries);
    const standbys = cluster.standbys().filter((node) => node !== primary);
    return cutLinks(context, linksBetween([primary], standbys), 'drop', [primary]);
  },
});
