/**
 * A sequential specification with everything interned: states and classes of operations (operations that are equal in
 * function, argument and result) are small integers.
 *
 * - `step` the state after an operation of class `cls`, -1 where it is not legal
 * - `pure[cls]` 1: never changes the state (an observation)
 * - `total[cls]` 1: legal in every state, and not pure
 * - `blind[cls]` 1: total, and the state after it does not depend on the state before (a plain write)
 */
export interface Machine {
  readonly initial: number;
  readonly step: (state: number, cls: number) => number;
  readonly pure: Uint8Array;
  readonly total: Uint8Array;
  readonly blind: Uint8Array;
}

/**
 * What the search decides: can the operations be put into one legal order that respects real time?
 * Operations are in order of invocation; `inv` and `ret` are event indices, `ret` PENDING for one that stays open.
 * An `optional` operation may also never take effect.
 */
export interface Problem {
  readonly length: number;
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  readonly cls: Int32Array;
  readonly optional: Uint8Array;
  readonly machine: Machine;
}

/** `failed`: the operation at whose return no configuration was left; `configurations` how many were explored. */
export type Outcome =
  | { readonly type: 'linearizable'; readonly configurations: number }
  | { readonly type: 'stuck'; readonly failed: number; readonly configurations: number }
  | { readonly type: 'budget'; readonly configurations: number };
