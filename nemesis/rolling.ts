import { SECOND } from '../harness/runtime/types.ts';
import { primariesOf } from './targets.ts';
import { defineFault, type FaultContext, type Injection } from './types.ts';

/** What an operator waits before going on to the next node. */
const BETWEEN = 2 * SECOND;

/** Ends a node's server, as gently as it can be, and starts it again. Was it gone in between, and does it run now? */
async function cycle({ cluster, clock }: FaultContext, node: string): Promise<boolean> {
  const { processes } = cluster;
  await (processes.shutDown?.(node) ?? processes.kill(node));
  const gone = (await processes.state(node)) === 'gone';
  await processes.restart(node);
  await clock.sleep(BETWEEN);
  return gone && (await processes.state(node)) === 'running';
}

/** Every node in turn, the primary last: how an update is rolled out. */
export const rollingRestart = defineFault({
  name: 'rolling-restart',
  title: 'Restart every node, one after the other, the primary last',
  forms: ['rolling-restart'],
  validate: (spec) => (spec.target === '' && spec.option === null ? null : 'it takes no target'),
  inject: async (_spec, context): Promise<Injection> => {
    const primaries = await primariesOf(context);
    const rank = (node: string) => (primaries.includes(node) ? 1 : 0);
    const order = [...context.cluster.nodes].sort((a, b) => rank(a) - rank(b));
    const done: string[] = [];
    for (const node of order) if (await cycle(context, node)) done.push(node);
    const all = done.length === order.length;
    return {
      targets: order,
      reached: all,
      evidence: `gone and running again: ${done.join(', ') || 'none'}`,
      heal: () => Promise.resolve({ bit: all, evidence: '' }),
    };
  },
});
