import { isRefusal } from '../harness/hosts/types.ts';
import type { Operator } from '../harness/cluster.ts';
import { defineFault, type FaultContext, type Injection } from './types.ts';

function operatorOf({ cluster }: FaultContext): Operator {
  if (isRefusal(cluster.operator)) throw new Error(cluster.operator.refused);
  return cluster.operator;
}

/** Moves the primary and proves, by the database's own view, that it moved. */
async function moved(
  context: FaultContext,
  move: (operator: Operator) => Promise<{ readonly from: string; readonly to: string }>,
): Promise<Injection> {
  const { from, to } = await move(operatorOf(context));
  const primaries = await context.cluster.primaries();
  const changed = from !== to && primaries.includes(to);
  const evidence = `primary ${from} → ${to}; nodes that take writes now: ${primaries.join(', ') || 'none'}`;
  return {
    targets: [from],
    reached: changed,
    evidence,
    // A promotion is not undone: the old primary is rewound and rejoins when the run settles.
    heal: () => Promise.resolve({ bit: changed, evidence: '' }),
  };
}

export const failover = defineFault({
  name: 'failover',
  title: 'Promote the most advanced standby, as an operator does',
  forms: ['failover', 'failover:unfenced'],
  validate: (spec, nodes) => {
    if (spec.target !== '' && spec.target !== 'unfenced') return `unknown option "${spec.target}"`;
    if (spec.option !== null) return 'it takes one option at most';
    return nodes.length < 2 ? 'there is no standby to promote' : null;
  },
  inject: (spec, context) =>
    moved(context, (operator) => operator.failover({ fence: spec.target !== 'unfenced' })),
});

export const switchover = defineFault({
  name: 'switchover',
  title: 'Hand the primary’s role over by the database’s own command, everybody being well',
  forms: ['switchover'],
  validate: (spec, nodes) => {
    if (spec.target !== '' || spec.option !== null) return 'it takes no target';
    return nodes.length < 2 ? 'there is nobody to hand over to' : null;
  },
  inject: (_spec, context) =>
    moved(context, async (operator) => {
      if (operator.switchover === undefined) throw new Error('this cluster has no command that hands over');
      return operator.switchover();
    }),
});

/** The classic mistake: a crashed primary is restarted, serves what it never replicated, and is then failed over. */
export const restartThenPromote = defineFault({
  name: 'restart-then-promote',
  title: 'Kill the primary, restart it, let it be read, then promote a standby',
  forms: ['restart-then-promote'],
  validate: (spec, nodes) => {
    if (spec.target !== '' || spec.option !== null) return 'it takes no target';
    return nodes.length < 2 ? 'there is no standby to promote' : null;
  },
  inject: (_spec, context) => moved(context, (operator) => operator.restartThenPromote()),
});
