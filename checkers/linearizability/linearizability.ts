import { OK, type History } from '../../harness/history/history.ts';
import type { Checker, CheckOptions, Verdict } from '../types.ts';
import { LINEARIZABILITY_ANOMALIES } from './anomalies.ts';
import type { Model } from './models/model.ts';
import { inferredModel, MODEL_NAMES, MODELS, REGISTER_MODELS } from './models/models.ts';
import { judgingObjects } from './objects.ts';
import { NotOfThisModel } from './operations.ts';
import { judgingRegisters } from './registers.ts';
import type { Outcome } from './search/problem.ts';
import type { SearchTask } from './search/task.ts';
import type { ObjectsVerdict } from './verdict.ts';
import { outcomesOf } from './workers.ts';

/** Configurations that the search may explore for one key before it gives up: some seconds. */
export const DEFAULT_BUDGET = 20_000_000;

/**
 * Linearizability (Herlihy & Wing 1990) of each object of a history: by key, with a polynomial algorithm where its
 * preconditions hold, else by search, `unknown` when the budget is used up. Options: `model` (default: the one that
 * the functions of the history tell), `initial` (default null), `budget` (configurations a key).
 */
export const linearizability: Checker = linearizabilityOf([]);

/** The same checker with models of the user's own beside the built-in ones. */
export function linearizabilityOf(models: readonly Model[]): Checker {
  return {
    name: 'linearizability',
    title: 'Every operation takes effect at one instant between its invocation and its completion',
    anomalies: LINEARIZABILITY_ANOMALIES.map((anomaly) => anomaly.name),
    check: (history, options) => check(history, options, [...(options.models ?? []), ...models, ...MODELS]),
  };
}

function check(
  history: History,
  options: CheckOptions,
  models: readonly Model[],
): Verdict | Promise<Verdict> {
  if (!completed(history)) return unknown('no operation completed');
  const name = options.model ?? inferredModel(history);
  if (name === undefined)
    return unknown(`no model fits the operations of this history: choose one of ${MODEL_NAMES.join(', ')}`);
  try {
    const steps = judging(history, name, options, models);
    const first = steps.next();
    if (first.done === true) return verdictOf(name, first.value);
    const outcomes = outcomesOf(first.value);
    const judged = (all: readonly Outcome[]): Verdict => verdictOf(name, finished(steps, all));
    return outcomes instanceof Promise ? outcomes.then(judged) : judged(outcomes);
  } catch (error) {
    if (error instanceof NotOfThisModel) return unknown(error.message);
    throw error;
  }
}

type Judging = Generator<readonly SearchTask[], ObjectsVerdict, readonly Outcome[]>;

function finished(steps: Judging, outcomes: readonly Outcome[]): ObjectsVerdict {
  const last = steps.next(outcomes);
  if (last.done !== true) throw new Error('the search is asked for once only');
  return last.value;
}

function judging(history: History, name: string, options: CheckOptions, models: readonly Model[]): Judging {
  const { initial = null, budget = DEFAULT_BUDGET } = options;
  const model = models.find((m) => m.name === name);
  if (model) return judgingObjects(history, model, initial, budget);
  if (REGISTER_MODELS.includes(name)) return judgingRegisters(history, initial, budget);
  throw new NotOfThisModel(`there is no model "${name}": choose one of ${MODEL_NAMES.join(', ')}`);
}

function verdictOf(model: string, objects: ObjectsVerdict): Verdict {
  const { findings, keys, violated, undecided, searched, configurations } = objects;
  const stats = { model, keys, violated, undecided: undecided.length, searched, configurations };
  const checker = 'linearizability';
  if (violated > 0) return { checker, valid: false, findings, stats };
  if (undecided.length === 0) return { checker, valid: true, findings, stats };
  const reason = `the budget was used up on ${undecided.length} of ${keys} keys`;
  return { checker, valid: 'unknown', findings, reason, stats };
}

function unknown(reason: string): Verdict {
  return { checker: 'linearizability', valid: 'unknown', findings: [], reason };
}

function completed(history: History): boolean {
  for (let i = 0; i < history.length; i++) if (history.process[i] >= 0 && history.type[i] === OK) return true;
  return false;
}
