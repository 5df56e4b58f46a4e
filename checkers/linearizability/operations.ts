import { Dictionary } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';

/** The `ret` of an operation that never returned, or whose outcome is unknown: it stays open for ever. */
export const PENDING = 0x7fffffff;

export const READ = 0;
export const WRITE = 1;
/** A compare-and-set that took effect: it observed `old` and wrote `value`. */
export const CAS = 2;
/** A compare-and-set that answered "no": it observed that the register did not hold `value`. */
export const MISMATCH = 3;

/** Why a history cannot be judged by a model: an operation that the model does not know, or a malformed value. */
export class NotOfThisModel extends Error {}

/** Numbers for JSON values: small integers stand for themselves, everything else is interned below zero. */
export class ValueCodes {
  readonly #others = new Dictionary<Json>();
  codeOf(value: Json): number {
    if (typeof value === 'number' && (value | 0) === value && value >= 0) return value;
    return -1 - this.#others.intern(value);
  }
}

/**
 * The operations of register objects, in columns, in order of invocation.
 *
 * - `inv`, `ret` event indices; `ret` {@link PENDING} for an indeterminate operation
 * - `key` 0 for the null key, else the history's key id + 1; `keys` their number
 * - `value` code of the value read, written, or refused; `old` code of the value a CAS observed
 *
 * Reads without a result observe nothing and are left out; so are operations that failed, but the values these
 * would have written are kept in `failed`: a read of one is an anomaly of its own.
 */
export interface RegisterOperations {
  readonly length: number;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly key: Int32Array;
  readonly keys: number;
  readonly kind: Uint8Array;
  readonly value: Int32Array;
  readonly old: Int32Array;
  readonly failed: readonly FailedWrite[];
  readonly initial: number;
  readonly hasCas: boolean;
  readonly hasMismatch: boolean;
}

export interface FailedWrite {
  readonly inv: number;
  readonly key: number;
  readonly value: number;
}

const KINDS: { readonly [f: string]: number } = { read: READ, get: READ, write: WRITE, put: WRITE, cas: CAS };

/** @throws NotOfThisModel on a function other than read, write and cas, or a CAS without a pair of values. */
export function registerOperations(history: History, initial: Json): RegisterOperations {
  const codes = new ValueCodes();
  const kinds = history.functions.values().map((f) => KINDS[f] ?? -1);
  const { type, process, pair, f, values } = history;
  let capacity = 0;
  for (let i = 0; i < history.length; i++) if (type[i] === INVOKE) capacity++;
  const inv = new Int32Array(capacity);
  const ret = new Int32Array(capacity);
  const key = new Int32Array(capacity);
  const kind = new Uint8Array(capacity);
  const value = new Int32Array(capacity);
  const old = new Int32Array(capacity);
  const failed: FailedWrite[] = [];
  let n = 0;
  let hasCas = false;
  let hasMismatch = false;
  for (let i = 0; i < history.length; i++) {
    if (type[i] !== INVOKE || process[i] < 0) continue;
    const k = kinds[f[i]];
    const end = pair[i];
    const outcome = end < 0 ? -1 : type[end];
    if (k === READ) {
      if (outcome !== OK) continue;
      value[n] = codes.codeOf(values[end]);
    } else if (k === WRITE) {
      value[n] = codes.codeOf(values[i]);
    } else if (k === CAS) {
      const [expected, next] = casValues(history, i);
      old[n] = codes.codeOf(expected);
      value[n] = codes.codeOf(next);
    } else
      throw new NotOfThisModel(
        `operation #${i} is a "${history.functions.valueOf(f[i])}", not a read, write or cas`,
      );
    if (outcome === FAIL) {
      failed.push({ inv: i, key: history.key[i] + 1, value: value[n] });
      continue;
    }
    inv[n] = i;
    ret[n] = outcome === OK ? end : PENDING;
    key[n] = history.key[i] + 1;
    kind[n] = k;
    if (k === CAS) {
      if (outcome === OK && values[end] === false) {
        kind[n] = MISMATCH;
        value[n] = old[n];
        hasMismatch = true;
      } else hasCas = true;
    }
    n++;
  }
  const trim = <T extends Int32Array | Uint8Array>(column: T): T => column.subarray(0, n) as T;
  return {
    length: n,
    inv: trim(inv),
    ret: trim(ret),
    key: trim(key),
    keys: history.keys.size + 1,
    kind: trim(kind),
    value: trim(value),
    old: trim(old),
    failed,
    initial: codes.codeOf(initial),
    hasCas,
    hasMismatch,
  };
}

function casValues(history: History, i: number): readonly [Json, Json] {
  const value = history.values[i];
  if (Array.isArray(value) && value.length === 2) return value as unknown as readonly [Json, Json];
  throw new NotOfThisModel(`cas #${i} has the value ${JSON.stringify(value)}, not a pair [old, new]`);
}
