/** How an operation ended, in {@link Operations.outcome}: the numbers of the history's event types. */
export const OK = 1;
export const FAIL = 2;
export const INFO = 3;

export interface ErrorText {
  readonly code: string;
  readonly message: string;
}

/** An event of the nemesis: `value` an id in {@link Operations.values}. */
export interface NemesisNote {
  readonly index: number;
  readonly time: number;
  readonly f: string;
  readonly value: number;
}

/**
 * A history as the page sees it: one row an operation, in order of invocation, in columns of `count` entries.
 *
 * - `invoke`, `complete` event indices; `complete` is -1 where the operation never completed (its outcome is INFO)
 * - `start`, `end` ns; an operation that never completed ends with the history
 * - `f`, `key`, `node`, `given`, `got` ids into `functions`, `keys`, `nodes` and `values`; -1 = none, null
 * - `given` the invocation's value, `got` the completion's
 * - `ofEvent[i]` the operation that event `i` belongs to, -1 for the nemesis' (`events` entries)
 * - `keys`, `values` JSON texts
 * - `errors`, `sessions` by operation, where there are any
 */
export interface Operations {
  readonly count: number;
  readonly events: number;
  readonly duration: number;
  readonly invoke: Int32Array;
  readonly complete: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly process: Int32Array;
  readonly outcome: Uint8Array;
  readonly f: Int32Array;
  readonly key: Int32Array;
  readonly node: Int32Array;
  readonly given: Int32Array;
  readonly got: Int32Array;
  readonly ofEvent: Int32Array;
  readonly functions: readonly string[];
  readonly nodes: readonly string[];
  readonly keys: readonly string[];
  readonly values: readonly string[];
  readonly nemesis: readonly NemesisNote[];
  readonly errors: ReadonlyMap<number, ErrorText>;
  readonly sessions: ReadonlyMap<number, string>;
}
