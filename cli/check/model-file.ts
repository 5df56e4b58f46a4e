import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Model, ModelOperation } from '../../checkers/linearizability/models/model.ts';
import { MODEL_NAMES } from '../../checkers/linearizability/models/models.ts';
import { NotOfThisModel } from '../../checkers/linearizability/operations.ts';
import type { CheckOptions } from '../../checkers/types.ts';
import type { Json } from '../../harness/history/event.ts';
import { suggestion, UsageError } from '../usage.ts';

/** What `--model NAME` or `--model ./FILE.mjs` asks for. The file's code is run: it is the user's own. @throws UsageError */
export async function modelOptions(name: string): Promise<Pick<CheckOptions, 'model' | 'models'>> {
  if (MODEL_NAMES.includes(name)) return { model: name };
  if (!/[./\\]/.test(name))
    throw new UsageError(
      `--model: unknown model "${name}"; ${suggestion(name, MODEL_NAMES)}; a model of your own is a file: ./model.mjs`,
    );
  const model = checked(name, await exported(name));
  return { model: model.name, models: [guarded(name, model)] };
}

async function exported(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(resolve(path)).href)) as { readonly model?: unknown };
    return module.model;
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UsageError(`--model ${path}: cannot be loaded: ${reason}`);
  }
}

/** The parts that a model must have; the rest is optional. See docs/checkers.md. */
function checked(path: string, value: unknown): Model {
  const refuse = (what: string): never => {
    throw new UsageError(`--model ${path}: ${what}: see "A model of your own" in docs/checkers.md`);
  };
  if (typeof value !== 'object' || value === null) return refuse('the file must export `model`, an object');
  const model = value as Record<keyof Model, unknown>;
  if (typeof model.name !== 'string') refuse('the model has no `name`');
  if (MODEL_NAMES.includes(model.name as string)) refuse(`the name "${String(model.name)}" is taken`);
  const functions = model.functions;
  if (!Array.isArray(functions) || functions.length === 0 || functions.some((f) => typeof f !== 'string'))
    refuse('`functions` must list the names of its operations');
  for (const part of ['init', 'step'] as const)
    if (typeof model[part] !== 'function') refuse(`\`${part}\` must be a function`);
  for (const part of ['observes', 'always', 'overwrites', 'describe'] as const)
    if (model[part] !== undefined && typeof model[part] !== 'function')
      refuse(`\`${part}\` must be a function`);
  if (model.partition !== undefined && model.partition !== 'key' && model.partition !== 'none')
    refuse('`partition` must be "key" or "none"');
  return value as Model;
}

/** A model that throws, or has no JSON state, gives no verdict, and says why. */
function guarded(path: string, model: Model): Model {
  const attempt = <T>(what: string, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      const [reason] = String(error instanceof Error ? error.message : error).split('\n');
      throw new NotOfThisModel(`the model in ${path} failed in ${what}: ${reason}`);
    }
  };
  const state = (what: string, value: Json | undefined): Json | undefined => {
    if (value === undefined || JSON.stringify(value) !== undefined) return value;
    throw new NotOfThisModel(`the model in ${path} gave a state in ${what} that is no JSON value`);
  };
  return {
    ...model,
    title: model.title,
    init: (initial) =>
      state(
        'init',
        attempt('init', () => model.init(initial)),
      ) ?? null,
    step: (before: Json, operation: ModelOperation) =>
      state(
        'step',
        attempt(`step of ${operation.f}`, () => model.step(before, operation)),
      ),
  };
}
