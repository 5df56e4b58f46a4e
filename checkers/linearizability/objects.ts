import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import type { Finding } from '../types.ts';
import type { Model } from './models/model.ts';
import { MODELS } from './models/models.ts';
import { PENDING } from './operations.ts';
import { objectProblem, objectsOf, type ObjectOperations } from './search/objects.ts';
import type { Outcome } from './search/problem.ts';
import { search } from './search/search.ts';
import type { SearchTask } from './search/task.ts';
import { inThisThread } from './workers.ts';
import type { ObjectsVerdict } from './verdict.ts';
import { describe } from './witness.ts';

/** Objects of any model, each by the general search. `budget` is per object. Yields what is to be searched. */
export function judgingObjects(history: History, model: Model, initial: Json, budget: number): Judging {
  return judgingEach(history, objectsOf(history, model), model, initial, budget);
}

type Judging = Generator<readonly SearchTask[], ObjectsVerdict, readonly Outcome[]>;

/** Some of them, in this thread. */
export function judgeEach(...some: Parameters<typeof judgingEach>): ObjectsVerdict {
  return inThisThread(judgingEach(...some));
}

function* judgingEach(
  history: History,
  objects: readonly ObjectOperations[],
  model: Model,
  initial: Json,
  budget: number,
): Judging {
  const known = MODELS.includes(model) ? model.name : model;
  const outcomes: readonly Outcome[] =
    objects.length === 0 ? [] : yield objects.map((object) => ({ object, model: known, initial, budget }));
  let soonest: { object: ObjectOperations; failed: number } | undefined;
  const undecided: number[] = [];
  let configurations = 0;
  let violated = 0;
  for (const [i, object] of objects.entries()) {
    const outcome = outcomes[i];
    configurations += outcome.configurations;
    if (outcome.type === 'budget') undecided.push(object.key);
    if (outcome.type === 'stuck') {
      violated++;
      if (!soonest || outcome.failed < soonest.failed) soonest = { object, failed: outcome.failed };
    }
  }
  // One example is shown: the history that got stuck soonest is the cheapest to make small.
  const findings = soonest
    ? [{ ...refutation(history, model, initial, budget, soonest.object, soonest.failed), count: violated }]
    : [];
  return {
    findings,
    keys: objects.length,
    violated,
    undecided,
    searched: objects.length,
    configurations,
  };
}

/** The finding of an object that has no legal order: all up to the failing return, less the observations it does not need. */
function refutation(
  history: History,
  model: Model,
  initial: Json,
  budget: number,
  object: ObjectOperations,
  failed: number,
): Finding {
  const last = object.inv[failed];
  const end = object.ret[failed];
  let part = select(object, (i) => object.inv[i] < end);
  part = { ...part, ret: part.ret.map((ret) => (ret > end ? PENDING : ret)) };
  part = select(part, (i) => part.ret[i] !== PENDING || !model.observes?.(part.operation[i]));
  const observations = part.inv.filter((inv, i) => inv !== last && model.observes?.(part.operation[i]));
  for (let chunk = Math.max(1, observations.length >> 1); ; chunk >>= 1) {
    for (let i = 0; i < observations.length; i += chunk) {
      const gone = new Set(observations.slice(i, i + chunk));
      const rest = select(part, (op) => !gone.has(part.inv[op]));
      if (rest.inv.length === part.inv.length) continue;
      if (search(objectProblem(model, rest, initial), budget).type === 'stuck') part = rest;
    }
    if (chunk <= 1) break;
  }
  // What was open at the failing return may take effect later, but then with the result that it returned: its
  // completion belongs to the evidence.
  const witness = part.inv.flatMap((inv, i) =>
    part.operation[i].result === undefined ? [inv] : [inv, history.pair[inv]],
  );
  const what = model.describe?.(object.operation[failed]);
  const told = what === undefined ? describe(history, last) : `${what} (#${last})`;
  const key = history.key[last];
  return {
    name: 'non-linearizable',
    certain: true,
    witness: witness.sort((a, b) => a - b),
    explanation: `no order of these ${part.inv.length} operations explains that ${told}`,
    key: key < 0 || model.partition === 'none' ? null : history.keys.valueOf(key),
    evidence: { anyStart: false, until: end },
  };
}

function select(object: ObjectOperations, keep: (i: number) => boolean): ObjectOperations {
  const kept = (_: unknown, i: number): boolean => keep(i);
  return {
    key: object.key,
    inv: object.inv.filter(kept),
    ret: object.ret.filter(kept),
    operation: object.operation.filter(kept),
  };
}
