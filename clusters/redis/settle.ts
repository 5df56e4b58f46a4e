import type { Settled } from '../../harness/cluster.ts';
import type { Clock } from '../../harness/runtime/types.ts';
import { timeLeft } from '../kit/time-left.ts';
import type { RedisNode } from './node.ts';

const MARKER = 'alibi:marker';

/**
 * Brings every server back, waits until one is the primary, and proves by a marker that all hold the same. Never
 * rejects: what is missing at the deadline is told.
 */
export async function settle(
  nodes: readonly RedisNode[],
  primary: () => Promise<RedisNode | null>,
  clock: Clock,
  deadlineMs: number,
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
    const evidence = await proveEqual(nodes, primary, clock, left());
    return { settled: true, evidence, unrecovered: [] };
  } catch (error) {
    const answers = await Promise.all(nodes.map((node) => node.answers()));
    return {
      settled: false,
      evidence: error instanceof Error ? error.message : String(error),
      unrecovered: nodes.filter((_, i) => !answers[i]).map((node) => node.name),
    };
  }
}

/** Writes a marker on the one primary and reads it on every node. @throws Error naming what was missing */
export async function proveEqual(
  nodes: readonly RedisNode[],
  primary: () => Promise<RedisNode | null>,
  clock: Clock,
  deadlineMs: number,
): Promise<string> {
  const left = timeLeft(clock, deadlineMs);
  const marker = String(clock.now());
  let writer: RedisNode | null = null;
  await nodes[0].until('one primary that the others follow', deadlineMs, async () => {
    const roles = await Promise.all(nodes.map((node) => node.role()));
    const found = await primary();
    if (roles.filter((role) => role === 'master').length !== 1 || roles.includes(null)) return false;
    if (found === null || roles[nodes.indexOf(found)] !== 'master') return false;
    writer = found;
    return (await found.ask(['SET', MARKER, marker])) === 'OK';
  });
  const shows = async (node: RedisNode) => (await node.ask(['GET', MARKER])) === marker;
  await Promise.all(nodes.map((node) => node.until('the marker', left(), () => shows(node))));
  const names = nodes.map((node) => node.name).join(', ');
  return `a marker written on ${(writer as unknown as RedisNode).name} was read on ${names}`;
}
