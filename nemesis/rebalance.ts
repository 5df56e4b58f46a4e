import type { Rebalanced, Rebalancing } from '../harness/cluster.ts';
import { MILLISECOND, SECOND } from '../harness/runtime/types.ts';
import { defineFault, type FaultContext, type Injection } from './types.ts';

const ORDERS = ['join', 'leave', 'split', 'merge'] as const;
type Order = (typeof ORDERS)[number];

/** How long it may take to be over before it is judged by what has come over so far; it goes on in any case. */
const PATIENCE = SECOND;
const LOOK_EVERY = 20 * MILLISECOND;

function rebalancingOf({ cluster }: FaultContext): Rebalancing {
  if (cluster.rebalancing === undefined) throw new Error('this cluster has no partitions to move');
  return cluster.rebalancing;
}

/**
 * A change of who owns what: a shard joins or leaves, the largest partition is split, two are merged. It is in place
 * once it is under way, so that other faults meet it; it is not undone. It bit if a shard has done a step of it: other
 * faults may hold it up there for as long as they last.
 */
export const rebalance = defineFault({
  name: 'rebalance',
  title: 'Move partitions: a shard joins or leaves, a partition is split or merged',
  forms: ORDERS.map((order) => `rebalance:${order}`),
  validate: (spec) => {
    if (!ORDERS.includes(spec.target as Order)) return `there is no order "${spec.target}"`;
    return spec.option === null ? null : 'it takes no option';
  },
  inject: async (spec, context): Promise<Injection> => {
    const rebalancing = rebalancingOf(context);
    const before = rebalancing.members();
    const begun = await rebalancing[spec.target as Order]();
    return {
      targets: [],
      reached: true,
      evidence: `${begun.what}; owners before: ${before.join(', ')}`,
      heal: async () => {
        await done(begun, context);
        const { over, felt, keys, told } = begun.progress();
        const members = rebalancing.members().join(', ');
        return { bit: over || felt, evidence: `${told}; ${keys} keys came over; owners now: ${members}` };
      },
    };
  },
});

async function done(begun: Rebalanced, { clock }: FaultContext): Promise<void> {
  const deadline = clock.now() + PATIENCE;
  while (!begun.progress().over && clock.now() < deadline) await clock.sleep(LOOK_EVERY);
}
