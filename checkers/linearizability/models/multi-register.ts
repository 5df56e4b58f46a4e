import { canonicalJson } from '../../../harness/history/dictionary.ts';
import type { Json } from '../../../harness/history/event.ts';
import type { Model, ModelOperation } from './model.ts';

interface Registers {
  readonly initial: Json;
  readonly values: { readonly [register: string]: Json };
}

type MicroOperation = readonly [f: string, register: Json, value: Json];

/** Several registers, read and written together by `txn`: a list of `["r", k, v]` and `["w", k, v]`. */
export const multiRegister: Model = {
  name: 'multi-register',
  title: 'Registers read and written several at a time (txn of r and w)',
  functions: ['txn'],
  partition: 'none',
  init: (initial) => ({ initial, values: {} }),
  step: (state, operation) => {
    const { initial, values } = state as unknown as Registers;
    const now = { ...values };
    for (const [f, register, value] of microOperations(operation)) {
      const id = canonicalJson(register);
      if (f === 'w') now[id] = value;
      else if (operation.result !== undefined && canonicalJson(now[id] ?? initial) !== canonicalJson(value))
        return undefined;
    }
    return { initial, values: now };
  },
  observes: (operation) => microOperations(operation).every(([f]) => f !== 'w'),
  always: (operation) =>
    microOperations(operation).every(([f]) => f === 'w' || operation.result === undefined),
};

function microOperations({ value, result }: ModelOperation): readonly MicroOperation[] {
  return (result ?? value) as unknown as readonly MicroOperation[];
}
