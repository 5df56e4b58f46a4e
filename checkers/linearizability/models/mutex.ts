import type { Json } from '../../../harness/history/event.ts';
import type { Model, ModelOperation } from './model.ts';

interface Lock extends Readonly<Record<string, Json>> {
  /** The process that holds the lock. */
  readonly holder: number | null;
  /** The greatest fencing token handed out. */
  readonly token: number | null;
}

/**
 * A lock with owners. An `acquire` that returns a number returns a fencing token, which must be greater than all
 * before it (Kleppmann, How to do distributed locking, 2016); one that returns false was refused: somebody held it.
 */
export const mutex: Model<Lock> = {
  name: 'mutex',
  title: 'Lock with acquire and release, and fencing tokens',
  functions: ['acquire', 'release'],
  init: () => ({ holder: null, token: null }),
  step: (state, operation) => {
    const { f, result, process } = operation;
    if (f === 'release') return state.holder === process ? { ...state, holder: null } : undefined;
    if (refused(operation)) return state.holder === null ? undefined : state;
    if (state.holder !== null) return undefined;
    if (typeof result !== 'number') return { ...state, holder: process };
    return state.token === null || result > state.token ? { holder: process, token: result } : undefined;
  },
  observes: refused,
  byProcess: true,
};

function refused({ f, result }: ModelOperation): boolean {
  return f === 'acquire' && result === false;
}
