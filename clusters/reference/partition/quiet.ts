import type { Reply } from '../replica/types.ts';
import type { PartitionRequest } from './requests.ts';

type Ask = (shard: string, request: PartitionRequest) => Promise<Extract<Reply, { ok: true }>>;

/** What the shards have still to do by themselves: transactions that are not finished, index entries on their way. */
export async function unfinishedIn(shards: readonly string[], ask: Ask): Promise<string[]> {
  const left = await Promise.all(
    shards.map(async (shard) => {
      const { prepared = [], decided = [] } =
        (await ask(shard, { op: 'unfinished', at: 'leader' })).transaction ?? {};
      const { waiting = 0 } = (await ask(shard, { op: 'outbox', limit: 0, at: 'leader' })).index ?? {};
      const transactions = prepared.length + decided.length;
      return [
        ...(transactions === 0 ? [] : [`${transactions} transactions are not finished at ${shard}`]),
        ...(waiting === 0 ? [] : [`${waiting} changes of ${shard} have not reached the index`]),
      ];
    }),
  );
  return left.flat();
}
