import type { Clock } from '../../harness/runtime/types.ts';
import { timeLeft } from '../kit/time-left.ts';
import type { RedisNode } from './node.ts';

const MARKER = 'alibi:marker';

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
