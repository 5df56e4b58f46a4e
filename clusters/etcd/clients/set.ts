import type { Json } from '../../../harness/history/event.ts';
import { base64, rangeEnd } from '../gateway.ts';
import { absent, guardFailed, jsonText, putIf, range, unknownOperation, type Planner } from './plan.ts';

/** `set`: a key an element; a read is one range, so one revision of the whole set, oldest element first. */
export function set(serializable: boolean): Planner {
  return {
    plan: ({ f, key, value }) => {
      const prefix = `set/${jsonText(key)}/`;
      switch (f) {
        case 'add':
          return async (gateway, signal) => {
            const element = prefix + jsonText(value);
            const done = await putIf(gateway, absent(element), { key: element, value: '1' }, signal);
            if (done === null) throw guardFailed(`${jsonText(value)} is in the set already`);
            return undefined;
          };
        case 'read':
          return async (gateway, signal) => {
            const found = await range(
              gateway,
              {
                ...{ key: base64(prefix), range_end: rangeEnd(prefix), serializable },
                ...{ sort_target: 'CREATE', sort_order: 'ASCEND' },
              },
              signal,
            );
            return found.map((kv) => JSON.parse(kv.key.slice(prefix.length)) as Json);
          };
        default:
          throw unknownOperation('set', f);
      }
    },
  };
}
