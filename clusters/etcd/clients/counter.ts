import type { Json } from '../../../harness/history/event.ts';
import { base64 } from '../gateway.ts';
import { update } from './optimistic.ts';
import { jsonText, range, unknownOperation, type Planner } from './plan.ts';

/** `counter`: etcd has no increment, so the sum is read, and put with what is added if nobody changed it meanwhile. */
export function counter(serializable: boolean): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `counter/${jsonText(key)}`;
      switch (f) {
        case 'add':
          return (gateway, signal) =>
            update(
              gateway,
              [k],
              (seen) => {
                const sum = Number(seen.get(k)?.value ?? 0) + Number(value);
                return { puts: new Map([[k, String(sum)]]), answer: undefined };
              },
              signal,
            );
        case 'read':
          return async (gateway, signal): Promise<Json> => {
            const [found] = await range(gateway, { key: base64(k), serializable }, signal);
            return Number(found?.value ?? 0);
          };
        default:
          throw unknownOperation('counter', f);
      }
    },
  };
}

/** `ids`: the revision of a put, which no other change has. */
export const ids: Planner = {
  plan: ({ f, key }) => {
    if (f !== 'generate') throw unknownOperation('ids', f);
    const k = base64(`ids/${jsonText(key)}`);
    return async (gateway, signal) => {
      const { header } = await gateway.ask('write', '/v3/kv/put', { key: k, value: base64('1') }, signal);
      return Number((header as { readonly revision: string }).revision);
    };
  },
};
