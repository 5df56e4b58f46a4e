// How six servers become a cluster, by the commands that `redis-cli --cluster create` sends.
import type { ClusterNode } from './node.ts';
import { SLOTS } from './slots.ts';

const FORM_MS = 30_000;

/** The first half leads, an even share of the slots each; the second half follows, one each. */
export async function form(nodes: readonly ClusterNode[]): Promise<void> {
  const half = nodes.length / 2;
  const leaders = nodes.slice(0, half);
  for (const [i, node] of nodes.entries()) await told(node, ['CLUSTER', 'SET-CONFIG-EPOCH', i + 1]);
  for (const [i, node] of leaders.entries()) {
    const from = Math.floor((i * SLOTS) / half);
    const to = Math.floor(((i + 1) * SLOTS) / half) - 1;
    await told(node, ['CLUSTER', 'ADDSLOTSRANGE', from, to]);
  }
  for (const node of nodes.slice(1))
    await told(nodes[0], ['CLUSTER', 'MEET', node.address.host, node.address.port]);
  await Promise.all(
    nodes.map((node) =>
      node.until(
        'all members to be known',
        FORM_MS,
        async () => (await node.info('cluster', 'cluster_known_nodes')) === String(nodes.length),
      ),
    ),
  );
  await Promise.all(
    leaders.map(async (leader, i) => {
      const id = await leader.id();
      const follower = nodes[half + i];
      // Gossip may not have told it yet that the other one leads.
      await follower.until('a leader to follow', FORM_MS, async () => {
        return (await follower.ask(['CLUSTER', 'REPLICATE', id])) === 'OK';
      });
    }),
  );
}

async function told(node: ClusterNode, command: readonly (string | number)[]): Promise<void> {
  if ((await node.ask(command, 3000)) !== 'OK') throw new Error(`${node.name} refused ${command.join(' ')}`);
}
