import type { Json } from '../../../harness/history/event.ts';
import { base64 } from '../gateway.ts';
import { update } from './optimistic.ts';
import { jsonText, range, unknownOperation, type Planner } from './plan.ts';

type Row = Readonly<Record<string, Json>>;

/** `rows`: a key each, a JSON object; a write puts it back, its other fields as they were, if nobody changed it meanwhile. */
export function rows(serializable: boolean): Planner {
  return {
    plan: ({ f, key, value }) => {
      const k = `row/${jsonText(key)}`;
      switch (f) {
        case 'read':
          return async (gateway, signal) => {
            const [found] = await range(gateway, { key: base64(k), serializable }, signal);
            return rowOf(found?.value);
          };
        case 'write':
          return (gateway, signal) =>
            update(
              gateway,
              [k],
              (seen) => {
                const row = { ...rowOf(seen.get(k)?.value), ...(value as Row) };
                return { puts: new Map([[k, jsonText(row)]]), answer: undefined };
              },
              signal,
            );
        case 'delete':
          return async (gateway, signal) => {
            await gateway.ask('write', '/v3/kv/deleterange', { key: base64(k) }, signal);
            return undefined;
          };
        default:
          throw unknownOperation('rows', f);
      }
    },
  };
}

function rowOf(text: string | undefined): Row | null {
  return text === undefined ? null : (JSON.parse(text) as Row);
}
