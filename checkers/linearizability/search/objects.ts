import { Dictionary, identityOf } from '../../../harness/history/dictionary.ts';
import type { Json } from '../../../harness/history/event.ts';
import { FAIL, INVOKE, OK, type History } from '../../../harness/history/history.ts';
import type { Model, ModelOperation } from '../models/model.ts';
import { NotOfThisModel, PENDING } from '../operations.ts';
import type { Machine, Problem } from './problem.ts';

/** The operations of one object: event indices in order of invocation, what they were, and PENDING where open. */
export interface ObjectOperations {
  readonly key: number;
  readonly inv: number[];
  readonly ret: number[];
  readonly operation: ModelOperation[];
}

/**
 * The objects of a history under a model, in order of appearance. Failed operations are left out, and so are pure ones
 * without a result.
 * @throws NotOfThisModel on a function that the model does not know
 */
export function objectsOf(history: History, model: Model): ObjectOperations[] {
  const objects = new Map<number, ObjectOperations>();
  for (let i = 0; i < history.length; i++) {
    if (history.type[i] !== INVOKE || history.process[i] < 0) continue;
    const f = history.functions.valueOf(history.f[i]);
    if (!model.functions.includes(f))
      throw new NotOfThisModel(`operation #${i} is a "${f}", which the model ${model.name} does not know`);
    const end = history.pair[i];
    const outcome = end < 0 ? -1 : history.type[end];
    if (outcome === FAIL) continue;
    const operation: ModelOperation = {
      f,
      value: history.values[i],
      result: outcome === OK ? history.values[end] : undefined,
      process: history.process[i],
    };
    if (outcome !== OK && model.observes?.(operation)) continue;
    const key = model.partition === 'none' ? 0 : history.key[i] + 1;
    let object = objects.get(key);
    if (!object) objects.set(key, (object = { key, inv: [], ret: [], operation: [] }));
    object.inv.push(i);
    object.ret.push(outcome === OK ? end : PENDING);
    object.operation.push(operation);
  }
  return [...objects.values()];
}

/** A model's object as a search problem: states and operations interned, transitions remembered. */
export function objectProblem(model: Model, object: ObjectOperations, initial: Json): Problem {
  const states = new Dictionary<Json>();
  const classes = new Map<unknown, number>();
  const operations: ModelOperation[] = [];
  const cls = Int32Array.from(object.operation, (operation) => {
    const identity = identityOf([
      operation.f,
      operation.value,
      operation.result ?? null,
      operation.result === undefined,
      model.byProcess ? operation.process : 0,
    ]);
    const known = classes.get(identity);
    if (known !== undefined) return known;
    classes.set(identity, operations.length);
    return operations.push(operation) - 1;
  });
  const flags = (test: ((operation: ModelOperation) => boolean) | undefined): Uint8Array =>
    Uint8Array.from(operations, (operation) => (test?.(operation) ? 1 : 0));
  const transitions = new Map<number, number>();
  const step = (state: number, c: number): number => {
    const id = state * operations.length + c;
    const known = transitions.get(id);
    if (known !== undefined) return known;
    const after = model.step(states.valueOf(state), operations[c]);
    const to = after === undefined ? -1 : states.intern(after);
    transitions.set(id, to);
    return to;
  };
  const blind = flags(model.overwrites);
  const total = flags(model.always);
  const machine: Machine = {
    initial: states.intern(model.init(initial)),
    step,
    pure: flags(model.observes),
    total: total.map((t, c) => t | blind[c]),
    blind,
  };
  return {
    length: object.inv.length,
    inv: Int32Array.from(object.inv),
    ret: Int32Array.from(object.ret),
    cls,
    optional: Uint8Array.from(object.ret, (r) => (r === PENDING ? 1 : 0)),
    machine,
  };
}
