import { OK, type History } from '../../harness/history/history.ts';
import { inferredModel, MODELS, REGISTER_MODELS } from '../linearizability/models/models.ts';
import { linearizability } from '../linearizability/linearizability.ts';
import { NotOfThisModel } from '../linearizability/operations.ts';
import { describe, eventsOf } from '../linearizability/witness.ts';
import type { Checker, CheckOptions, Finding, Verdict } from '../types.ts';
import { sequentialOrder } from './order.ts';
import { modelParts, orderProblem, registerParts, type ObjectPart } from './problem.ts';
import { shrunk } from './shrink.ts';

/** Operations that the search looks at before it gives up: some seconds. */
const BUDGET = 50_000_000;

/** What the linearizability checker finds without using real time: it refutes sequential consistency too. */
const TIMELESS = ['thin-air-read', 'failed-write-visible', 'double-cas', 'cas-cycle'];

/**
 * Sequential consistency (Lamport 1979): one order of the operations of all objects, legal for each of them, that
 * keeps each session's operations in their order; of real time it asks nothing. It does not decompose by key.
 *
 * A linearizable history is sequential. Any other goes to a search, `unknown` when the budget (operations looked at)
 * is used up. Options as of linearizability: `model`, `initial`, `budget`.
 */
export const sequential: Checker = {
  name: 'sequential',
  title: 'One order of all operations that keeps each session in its own',
  anomalies: ['non-sequential', ...TIMELESS],
  check: (history, options) => {
    const atOnce = linearizability.check(history, options);
    const judge = (verdict: Verdict): Verdict => judged(history, options, verdict);
    return atOnce instanceof Promise ? atOnce.then(judge) : judge(atOnce);
  },
};

/** `atOnce`: what the linearizability checker says. */
function judged(history: History, options: CheckOptions, atOnce: Verdict): Verdict {
  const stats = { ...atOnce.stats, steps: 0 };
  if (atOnce.valid === true) return { checker: 'sequential', valid: true, findings: [], stats };
  const timeless = atOnce.findings.filter(({ name }) => TIMELESS.includes(name));
  if (timeless.length > 0) return { checker: 'sequential', valid: false, findings: timeless, stats };
  const model = options.model ?? inferredModel(history);
  if (model === undefined || !completed(history)) return unknown(atOnce.reason ?? 'no operation completed');
  try {
    return searched(history, partsOf(history, model, options), options.budget ?? BUDGET);
  } catch (error) {
    if (error instanceof NotOfThisModel) return unknown(error.message);
    throw error;
  }
}

/** An order that explains a history, as invocations, or null where none was found; for those who will check it. */
export function sequentialCertificate(history: History, options: CheckOptions): number[] | null {
  const model = options.model ?? inferredModel(history) ?? '';
  const problem = orderProblem(history, partsOf(history, model, options));
  const found = sequentialOrder(problem, options.budget ?? BUDGET);
  return found.type === 'ordered' ? found.order.map((op) => problem.inv[op]) : null;
}

function partsOf(
  history: History,
  name: string,
  { initial = null, models = [] }: CheckOptions,
): ObjectPart[] {
  const model = [...models, ...MODELS].find((m) => m.name === name);
  if (model) return modelParts(history, model, initial);
  if (REGISTER_MODELS.includes(name)) return registerParts(history, initial);
  throw new NotOfThisModel(`there is no model "${name}"`);
}

function searched(history: History, parts: readonly ObjectPart[], budget: number): Verdict {
  const { type, steps } = sequentialOrder(orderProblem(history, parts), budget);
  const stats = { keys: parts.length, steps };
  const checker = 'sequential';
  switch (type) {
    case 'ordered':
      return { checker, valid: true, findings: [], stats };
    case 'none':
      return { checker, valid: false, findings: [refutation(history, parts)], stats };
    case 'budget':
      return { ...unknown('the budget was used up before an order was found or excluded'), stats };
  }
}

function refutation(history: History, parts: readonly ObjectPart[]): Finding {
  const operations = shrunk(history, parts);
  const last = operations.reduce((best, inv) => (history.pair[inv] > history.pair[best] ? inv : best));
  const key = history.key[last];
  return {
    name: 'non-sequential',
    certain: true,
    witness: eventsOf(history, operations),
    explanation: `no order of these ${operations.length} operations that keeps each session in its own explains that ${describe(history, last)}`,
    key: key < 0 ? null : history.keys.valueOf(key),
  };
}

function unknown(reason: string): Verdict {
  return { checker: 'sequential', valid: 'unknown', findings: [], reason };
}

function completed(history: History): boolean {
  for (let i = 0; i < history.length; i++) if (history.process[i] >= 0 && history.type[i] === OK) return true;
  return false;
}
