import type { Json } from '../../../harness/history/event.ts';

/**
 * An operation as a model sees it. `value` is what the invocation carried; `result` what an `ok` completion did,
 * undefined when the outcome is unknown. `process` is the client's (locks have owners).
 */
export interface ModelOperation {
  readonly f: string;
  readonly value: Json;
  readonly result: Json | undefined;
  readonly process: number;
}

/**
 * A sequential specification, and all that the linearizability checker needs to judge an object of your own.
 *
 * - `functions` the operations it knows: others make the verdict unknown
 * - `init` the state at the start, from the `initial` option (null if not given)
 * - `step` the state after an operation, undefined where its result is not legal in `state`. States are JSON values,
 *   never modified in place, equal states equal as JSON. With `result` undefined: the effect, if it takes place
 * - `observes` true for an operation that never changes the state; saves work and makes witnesses smaller
 * - `always` true for an operation that is legal in every state; `overwrites` moreover leads to the same one from all
 * - `byProcess` true where it matters which process asks (locks have owners)
 * - `describe` the operation in words, for the explanation, without its index
 * - `partition` `key` (default): each key is an object of its own; `none`: one object in all
 */
export interface Model<S extends Json = Json> {
  readonly name: string;
  readonly title: string;
  readonly functions: readonly string[];
  readonly init: (initial: Json) => S;
  readonly step: (state: S, operation: ModelOperation) => S | undefined;
  readonly observes?: (operation: ModelOperation) => boolean;
  readonly always?: (operation: ModelOperation) => boolean;
  readonly overwrites?: (operation: ModelOperation) => boolean;
  readonly byProcess?: boolean;
  readonly describe?: (operation: ModelOperation) => string;
  readonly partition?: 'key' | 'none';
}
