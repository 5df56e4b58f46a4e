import { linksBetween, nodesOf, primariesOf } from './targets.ts';
import { cutLinks } from './links.ts';
import { wrongTarget } from './spec.ts';
import { defineFault } from './types.ts';

const OPTIONS = ['in', 'out', 'reset'];

/** Separates a group of nodes from the others; clients still reach every node. */
export const partition = defineFault({
  name: 'partition',
  title: 'Cut the network between a group of nodes and the rest',
  forms: [
    'partition:primary',
    'partition:one',
    'partition:halves',
    'partition:<node>[+<node>…]',
    'partition:<target>:in',
    'partition:<target>:out',
    'partition:<target>:reset',
  ],
  validate: (spec, nodes) => {
    if (spec.option !== null && !OPTIONS.includes(spec.option)) return `unknown option "${spec.option}"`;
    if (nodes.length < 2) return 'one node has nobody to be parted from';
    const wrong = wrongTarget(spec.target, ['primary', 'one', 'halves'], nodes);
    if (wrong !== null) return wrong;
    return new Set(spec.target.split('+')).size >= nodes.length
      ? 'nobody would be left on the other side'
      : null;
  },
  inject: async (spec, context) => {
    const { cluster, random } = context;
    const group =
      spec.target === 'halves'
        ? random
            .shuffle(cluster.nodes)
            .slice(0, Math.floor(cluster.nodes.length / 2))
            .sort()
        : await nodesOf(spec, context);
    const rest = cluster.nodes.filter((node) => !group.includes(node));
    const both = linksBetween(group, rest);
    const cut = both.filter(
      (link) =>
        (spec.option !== 'in' || group.includes(link.to)) &&
        (spec.option !== 'out' || group.includes(link.from)),
    );
    return cutLinks(context, cut, spec.option === 'reset' ? 'reset' : 'drop', group);
  },
});

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
