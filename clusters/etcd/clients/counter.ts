import type { Json } from '../../../harness/history/event.ts';
import { base64, type Gateway } from '../gateway.ts';
import { absent, jsonText, modifiedAt, putIf, range, unknownOperation, type Planner } from './plan.ts';

/**
 * `counter`: etcd has no increment, so the sum is read and put back if nobody changed it meanwhile. A comparison that
 * fails has changed nothing, so that it is safe to try again, until the operation's time is over.
 */
export function counter(serializable: boolean): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `counter/${jsonText(key)}`;
      switch (f) {
        case 'add':
          return (gateway, signal) => add(gateway, k, Number(value), signal);
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

async function add(gateway: Gateway, key: string, amount: number, signal: AbortSignal): Promise<undefined> {
  for (;;) {
    const [found] = await range(gateway, { key: base64(key) }, signal);
    const guard = found === undefined ? absent(key) : modifiedAt(key, found.modified);
    const sum = Number(found?.value ?? 0) + amount;
    if ((await putIf(gateway, guard, { key, value: String(sum) }, signal)) !== null) return undefined;
  }
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
