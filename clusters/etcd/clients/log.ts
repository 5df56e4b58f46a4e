import type { Json } from '../../../harness/history/event.ts';
import { base64, rangeEnd } from '../gateway.ts';
import { absent, guardFailed, jsonText, putIf, range, unknownOperation, type Planner } from './plan.ts';

/**
 * `log`: a key a message, none ever deleted. Its offset is the revision at which it was created: there is one order of
 * all revisions, with gaps where others wrote. Each session polls on from where it is: `offsets`, by log.
 */
export function log(serializable: boolean, offsets: Map<string, number>): Planner {
  return {
    plan: ({ f, key, value = null }) => {
      const prefix = `log/${jsonText(key)}/`;
      switch (f) {
        case 'send':
          return async (gateway, signal) => {
            const message = prefix + jsonText(value);
            const offset = await putIf(gateway, absent(message), { key: message, value: '1' }, signal);
            if (offset === null) throw guardFailed(`${jsonText(value)} is in the log already`);
            return [offset, value];
          };
        case 'poll':
          return async (gateway, signal) => {
            const found = await range(
              gateway,
              {
                ...{ key: base64(prefix), range_end: rangeEnd(prefix), serializable },
                min_create_revision: String(offsets.get(prefix) ?? 0),
                ...{ sort_target: 'CREATE', sort_order: 'ASCEND' },
              },
              signal,
            );
            const last = found.at(-1);
            if (last !== undefined) offsets.set(prefix, last.created + 1);
            return found.map((kv): Json => [kv.created, JSON.parse(kv.key.slice(prefix.length)) as Json]);
          };
        case 'seek':
          // Nothing is asked of anybody: the next poll begins there.
          return () => {
            offsets.set(prefix, Number(value));
            return Promise.resolve(undefined);
          };
        default:
          throw unknownOperation('log', f);
      }
    },
  };
}
