import type { Json } from '../../../harness/history/event.ts';
import { base64, rangeEnd, type Gateway, type Reply } from '../gateway.ts';
import {
  absent,
  createdAt,
  guardFailed,
  jsonText,
  putIf,
  range,
  unknownOperation,
  type Planner,
} from './plan.ts';

/**
 * `queue`: a key an element, in the order in which they were created; a dequeue deletes the oldest, as etcd's own recipe
 * does. A comparison that fails has changed nothing, so that it is safe to look again: somebody else was faster.
 * https://github.com/etcd-io/etcd/blob/v3.5.0/client/v3/experimental/recipes/queue.go
 */
export const queue: Planner = {
  plan: ({ f, key, value }) => {
    const prefix = `queue/${jsonText(key)}/`;
    switch (f) {
      case 'enqueue':
        return async (gateway, signal) => {
          const element = prefix + jsonText(value);
          const done = await putIf(gateway, absent(element), { key: element, value: '1' }, signal);
          if (done === null) throw guardFailed(`${jsonText(value)} is in the queue already`);
          return undefined;
        };
      case 'dequeue':
        return (gateway, signal) => dequeue(gateway, prefix, signal);
      default:
        throw unknownOperation('queue', f);
    }
  },
};

/** The oldest element, or null of an empty queue. Whatever reads are configured to be, this one asks a majority. */
async function dequeue(gateway: Gateway, prefix: string, signal: AbortSignal): Promise<Json> {
  const oldest: Reply = {
    ...{ key: base64(prefix), range_end: rangeEnd(prefix), limit: 1 },
    ...{ sort_target: 'CREATE', sort_order: 'ASCEND' },
  };
  for (;;) {
    const [head] = await range(gateway, oldest, signal);
    if (head === undefined) return null;
    const request_delete_range = { key: base64(head.key) };
    const body = { compare: [createdAt(head.key, head.created)], success: [{ request_delete_range }] };
    const { succeeded } = await gateway.ask('write', '/v3/kv/txn', body, signal);
    if (succeeded === true) return JSON.parse(head.key.slice(prefix.length)) as Json;
  }
}
