// Reads by a closed predicate: which of these keys hold a value, or one with this remainder?
import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';

/** `{ keys, mod, is }`: those of `keys` whose value is not null and, if `mod` is there, `value % mod === is`. */
export interface Predicate {
  readonly keys: readonly Json[];
  readonly mod?: number;
  readonly is?: number;
}

/** The keys a predicate looks at; none when it is malformed. */
export function keysOf(predicate: Json): readonly Json[] {
  const { keys } = (predicate ?? {}) as { readonly keys?: Json };
  return Array.isArray(keys) ? (keys as readonly Json[]) : [];
}

/** Is a version with this value part of what the predicate returns? */
export function fits(value: Json, predicate: Json): boolean {
  const { mod, is } = predicate as unknown as Predicate;
  return value !== null && (mod === undefined || (typeof value === 'number' && value % mod === is));
}

/** A key that was looked at: was it returned, and with which value? If not, `value` is the predicate. */
export interface Look {
  readonly returned: boolean;
  readonly key: Json;
  readonly value: Json;
}

/**
 * `["rp", predicate, [[key, value] …]]` key by key, in the order of the predicate's keys; or, in a clause, what is
 * wrong with it. A key returned twice was read twice, so a transaction that saw two versions at once contradicts itself. `returned` null (it is not known): no looks.
 */
export function predicateRead(predicate: Json, returned: Json | undefined): readonly Look[] | string {
  const { mod, is } = (predicate ?? {}) as { readonly mod?: Json; readonly is?: Json };
  const keys = keysOf(predicate);
  if (keys.length === 0)
    return 'the predicate of "rp" has no list of keys: {"keys": [...], "mod": m, "is": r}';
  if ((mod === undefined) !== (is === undefined) || (mod !== undefined && typeof mod !== 'number'))
    return 'the predicate of "rp" needs both "mod" and "is", or neither';
  if (returned === null || returned === undefined) return [];
  if (!Array.isArray(returned)) return 'what "rp" returned is not a list of pairs [key, value]';
  const held = new Map<unknown, Json[]>();
  for (const pair of returned as readonly Json[]) {
    if (!Array.isArray(pair) || pair.length !== 2)
      return 'what "rp" returned is not a list of pairs [key, value]';
    const [key, value] = pair as readonly Json[];
    if (!fits(value, predicate))
      return `"rp" returned ${JSON.stringify(pair)}, which does not fit its predicate`;
    held.set(identityOf(key), [...(held.get(identityOf(key)) ?? []), value]);
  }
  const looks = keys.flatMap((key): Look[] => {
    const values = held.get(identityOf(key));
    if (values === undefined) return [{ returned: false, key, value: predicate }];
    return values.map((value) => ({ returned: true, key, value }));
  });
  return keys.filter((key) => held.has(identityOf(key))).length === held.size
    ? looks
    : '"rp" returned a key that its predicate does not look at';
}
