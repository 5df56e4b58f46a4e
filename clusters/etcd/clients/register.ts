import type { Json } from '../../../harness/history/event.ts';
import { base64 } from '../gateway.ts';
import { absent, holds, jsonText, put, putIf, range, unknownOperation, type Planner } from './plan.ts';

/** `register`: a key each; cas by a transaction that compares the value, or that the key is absent. */
export function register(serializable: boolean): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `register/${jsonText(key)}`;
      switch (f) {
        case 'read':
          return async (gateway, signal) => {
            const [found] = await range(gateway, { key: base64(k), serializable }, signal);
            return found === undefined ? null : (JSON.parse(found.value) as Json);
          };
        case 'write':
          return async (gateway, signal) => {
            await put(gateway, k, jsonText(value), signal);
            return undefined;
          };
        case 'cas':
          return async (gateway, signal) => {
            const [old, next] = value as readonly [Json, Json];
            const guard = old === null ? absent(k) : holds(k, jsonText(old));
            const done = await putIf(gateway, guard, { key: k, value: jsonText(next) }, signal);
            return done === null ? false : undefined;
          };
        default:
          throw unknownOperation('register', f);
      }
    },
  };
}
