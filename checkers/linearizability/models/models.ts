import type { History } from '../../../harness/history/history.ts';
import { counter } from './counter.ts';
import { kv } from './kv.ts';
import type { Model } from './model.ts';
import { multiRegister } from './multi-register.ts';
import { mutex } from './mutex.ts';
import { queue } from './queue.ts';
import { set } from './set.ts';

/** The registers have algorithms of their own; these are judged by the general search. */
export const MODELS: readonly Model[] = [
  kv,
  set,
  counter,
  queue,
  mutex,
  multiRegister,
] as unknown as readonly Model[];

export const REGISTER_MODELS: readonly string[] = ['register', 'cas-register'];

/** Every name that `--model` takes. */
export const MODEL_NAMES: readonly string[] = [...REGISTER_MODELS, ...MODELS.map((model) => model.name)];

/** The one model that fits the functions of a history's clients, if they tell. */
export function inferredModel(history: History): string | undefined {
  const used = new Set<string>();
  for (let i = 0; i < history.length; i++)
    if (history.process[i] >= 0) used.add(history.functions.valueOf(history.f[i]));
  const within = (functions: readonly string[]): boolean => [...used].every((f) => functions.includes(f));
  if (within(['read', 'get', 'write', 'put'])) return 'register';
  if (within(['read', 'get', 'write', 'put', 'cas'])) return 'cas-register';
  if (within(['add', 'read'])) return readsLists(history) ? 'set' : 'counter';
  return MODELS.find((model) => within(model.functions))?.name;
}

function readsLists(history: History): boolean {
  const read = history.functions.idOf('read');
  return history.values.some((value, i) => history.f[i] === read && Array.isArray(value));
}
