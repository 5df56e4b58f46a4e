import type { Settled } from '../../harness/cluster.ts';
import type { Clock } from '../../harness/runtime/types.ts';
import type { ServerNode } from './server-node.ts';
import { timeLeft } from './time-left.ts';

/**
 * Brings every server back, and lets `prove` show, in the time that is left, that all hold the same. Never rejects:
 * what is missing at the deadline is told.
 */
export async function settleBy(
  nodes: readonly ServerNode[],
  clock: Clock,
  deadlineMs: number,
  prove: (leftMs: number) => Promise<string>,
): Promise<Settled> {
  const left = timeLeft(clock, deadlineMs);
  try {
    await Promise.all(
      nodes.map(async (node) => {
        await node.resume();
        if (!(await node.alive())) await node.start();
        await node.untilAnswering(left());
      }),
    );
    return { settled: true, evidence: await prove(left()), unrecovered: [] };
  } catch (error) {
    const answers = await Promise.all(nodes.map((node) => node.answers()));
    return {
      settled: false,
      evidence: error instanceof Error ? error.message : String(error),
      unrecovered: nodes.filter((_, i) => !answers[i]).map((node) => node.name),
    };
  }
}
