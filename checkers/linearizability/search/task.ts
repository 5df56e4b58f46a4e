import type { Json } from '../../../harness/history/event.ts';
import type { Model } from '../models/model.ts';
import { MODELS } from '../models/models.ts';
import { objectProblem, type ObjectOperations } from './objects.ts';
import type { Outcome } from './problem.ts';
import { problemOf, type RegisterData } from './register.ts';
import { search } from './search.ts';

/** One object for the search, as data that another thread can be sent. */
export type SearchTask =
  | { readonly register: RegisterData; readonly budget: number }
  | {
      readonly object: ObjectOperations;
      /** The name of a built-in model, or a model of the user's, which stays in its thread. */
      readonly model: string | Model;
      readonly initial: Json;
      readonly budget: number;
    };

export function operationsIn(task: SearchTask): number {
  return 'register' in task ? task.register.inv.length : task.object.inv.length;
}

export function searched(task: SearchTask): Outcome {
  if ('register' in task) return search(problemOf(task.register), task.budget);
  const { model, object, initial, budget } = task;
  return search(objectProblem(typeof model === 'string' ? builtIn(model) : model, object, initial), budget);
}

function builtIn(name: string): Model {
  const model = MODELS.find((m) => m.name === name);
  if (!model) throw new Error(`there is no model "${name}"`);
  return model;
}
