import type { ClusterNode } from './node.ts';
import { rangesOf, SLOTS } from './slots.ts';

/**
 * Proves that the cluster is whole: every node says so, all slots are led, in the view of all alike, and every replica
 * has all that its leader wrote. @throws Error naming what was missing, and the end of a log
 */
export async function proveWhole(nodes: readonly ClusterNode[], deadlineMs: number): Promise<string> {
  let missing = 'an answer of every node';
  let leaders = 0;
  const asked = new Map<string, number>();
  const whole = async (): Promise<boolean> => {
    const states = await Promise.all(nodes.map((node) => node.info('cluster', 'cluster_state')));
    missing = `cluster_state ok on ${nodes
      .filter((_, i) => states[i] !== 'ok')
      .map((node) => node.name)
      .join(', ')}`;
    if (states.some((state) => state !== 'ok')) return false;
    const views = await Promise.all(
      nodes.map(async (node) => rangesOf(await node.ask(['CLUSTER', 'SLOTS']))),
    );
    const told = views.map((view) =>
      JSON.stringify(view.map(({ from, to, leader }) => [from, to, leader]).sort(([a], [b]) => +a - +b)),
    );
    const covered = views[0].reduce((sum, { from, to }) => sum + to - from + 1, 0);
    missing = 'one view of who leads which slots';
    if (covered !== SLOTS || told.some((view) => view !== told[0])) return false;
    leaders = new Set(views[0].map(({ leader }) => leader)).size;
    const behind = await Promise.all(nodes.map((node) => isBehind(node, asked)));
    missing = `replicas that have caught up: ${nodes
      .filter((_, i) => behind[i])
      .map((node) => node.name)
      .join(', ')}`;
    return !behind.includes(true);
  };
  try {
    await nodes[0].until('the whole cluster', deadlineMs, whole);
  } catch (error) {
    throw new Error(`missing: ${missing}; ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const names = nodes.map((node) => node.name).join(', ');
  return `${names} agree on ${leaders} leaders of all ${SLOTS} slots, and every replica has what its leader wrote`;
}

/**
 * A leader: has some replica not confirmed what the leader had written when it was first asked (`asked`, offsets by
 * node)? Pings go on all the time, so that nobody ever has all of the present. A replica: is its link down?
 */
async function isBehind(node: ClusterNode, asked: Map<string, number>): Promise<boolean> {
  const answer = await node.ask(['INFO', 'replication']);
  if (typeof answer !== 'string') return true;
  if (/^role:slave/m.test(answer)) return !/^master_link_status:up/m.test(answer);
  const written = asked.get(node.name) ?? Number(/^master_repl_offset:(\d+)/m.exec(answer)?.[1]);
  asked.set(node.name, written);
  return [...answer.matchAll(/^slave\d+:.*offset=(\d+)/gm)].some(([, offset]) => Number(offset) < written);
}
