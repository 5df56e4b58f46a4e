import type { Membership } from '../harness/cluster.ts';
import { nodesOf } from './targets.ts';
import { wrongTarget } from './spec.ts';
import { defineFault, type FaultContext, type Injection } from './types.ts';

const TARGETS = ['primary', 'one'];

function membershipOf({ cluster }: FaultContext): Membership {
  if (cluster.membership === undefined) throw new Error('this cluster has no members to take out');
  return cluster.membership;
}

/** One member leaves for good, as when a machine is replaced; at heal an empty one takes its place. */
export const membership = defineFault({
  name: 'membership',
  title: 'Take a member out and delete its data; add it again, empty, at heal',
  forms: ['membership:one', 'membership:primary', 'membership:<node>'],
  validate: (spec, nodes) => {
    if (spec.option !== null) return 'it takes no option';
    if (nodes.length < 3) return 'it needs three nodes, so that a majority stays';
    const wrong = wrongTarget(spec.target, TARGETS, nodes);
    return wrong ?? (spec.target.includes('+') ? 'one member at a time' : null);
  },
  inject: async (spec, context): Promise<Injection> => {
    const members = membershipOf(context);
    const targets = await nodesOf(spec, context);
    const [node] = targets;
    const before = await members.members();
    await members.remove(node);
    const after = await members.members();
    const left = before.includes(node) && !after.includes(node);
    return {
      targets,
      reached: left,
      evidence: `members before: ${before.join(', ')}; after: ${after.join(', ')}`,
      heal: async () => {
        await members.add(node);
        const now = await members.members();
        return { bit: left && now.includes(node), evidence: `members now: ${now.join(', ')}` };
      },
    };
  },
});
