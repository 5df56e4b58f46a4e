// Which of the models asked for need an order of all versions, and whether there is one.
import { LEVELS } from '../anomalies.ts';
import { impliedBy, refutes } from '../judged-models.ts';
import type { Budget } from '../search.ts';
import type { Isolation } from './events.ts';
import { decide, type Answer, type Inferred } from './polygraph.ts';

/** Models that say that there is a schedule, and with which orders: see LEVELS. */
const SCHEDULED: Readonly<Record<string, readonly [Isolation, number]>> = {
  'strict-serializable': ['serializable', 2],
  'strong-session-serializable': ['serializable', 1],
  serializable: ['serializable', 0],
  'repeatable-read': ['repeatable-read', 0],
  'strong-snapshot-isolation': ['snapshot-isolation', 2],
  'strong-session-snapshot-isolation': ['snapshot-isolation', 1],
  'snapshot-isolation': ['snapshot-isolation', 0],
  prefix: ['prefix', 0],
};

/** Schedules that are sought in the place of a model that has none of its own but follows from them. */
const STRONGER = [
  'serializable',
  'snapshot-isolation',
  'strong-session-serializable',
  'strong-session-snapshot-isolation',
] as const;

/**
 * Say nothing of what a read missed. Whatever order agrees with who read from whom, and with that of sessions or real
 * time, is one of versions; what was seen to be absent may have been so at first. So known cycles decide them.
 */
const UNORDERED = new Set(
  ['', 'strong-session-', 'strong-'].flatMap((strength) => [
    `${strength}read-uncommitted`,
    `${strength}read-committed`,
  ]),
);

/** Decided without an order of all versions, if every look at nothing certainly saw the initial one. */
const DECIDED = new Set(
  ['', 'strong-session-'].flatMap((strength) => [
    `${strength}monotonic-atomic-view`,
    `${strength}read-atomic`,
    `${strength}causal-cerone`,
  ]),
);

/** What is left of the budget where little can be pruned: steps are slower there. */
const UNPRUNED = 10;

const ANOMALY: Readonly<Record<Isolation, string>> = {
  serializable: 'no-serial-order',
  'repeatable-read': 'no-serial-order-item',
  'snapshot-isolation': 'no-snapshot-order',
  prefix: 'no-prefix-order',
};

/** An anomaly: there is no schedule of this kind. */
export interface Unordered {
  readonly name: string;
  readonly isolation: Isolation;
  readonly level: number;
}

export interface Orders {
  readonly found: readonly Unordered[];
  /** Why models could not be decided, a clause each. */
  readonly open: readonly string[];
  readonly choices: number;
}

/** Decides the models that `names` do not refute. `budget` is that of each search. */
export function ordersOf(
  inferred: Inferred,
  asked: readonly string[],
  names: ReadonlySet<string>,
  budget: number,
): Orders {
  const found: Unordered[] = [];
  const open: string[] = [];
  const answers = new Map<string, Answer>();
  let choices = 0;
  const answer = (isolation: Isolation, level: number): Answer => {
    const name = ANOMALY[isolation] + LEVELS[level];
    let known = answers.get(name);
    if (known === undefined) {
      // A schedule that respects sessions is one, and far more easily found: sessions prune.
      const stricter = level === 0 ? answer(isolation, 1) : null;
      if (stricter?.holds === true) return stricter;
      const limit: Budget = { left: level === 0 ? budget / UNPRUNED : budget };
      answers.set(name, (known = decide(inferred, isolation, level, limit)));
      choices = Math.max(choices, known.choices);
    }
    return known;
  };
  for (const model of asked) {
    const isRefuted = [...names, ...found.map(({ name }) => name)].some((name) => refutes(name, [model]));
    if (isRefuted || UNORDERED.has(model)) continue;
    if (DECIDED.has(model) && inferred.registers.open.length === 0) continue;
    const own = model in SCHEDULED ? SCHEDULED[model] : null;
    if (own === null) {
      const proof = STRONGER.some((stronger) => {
        const [isolation, level] = SCHEDULED[stronger];
        return impliedBy(stronger).has(model) && answer(isolation, level).holds === true;
      });
      if (!proof) open.push(`${model} cannot be decided: the order of some versions is not known`);
      continue;
    }
    const [isolation, level] = own;
    const { holds, why } = answer(isolation, level);
    if (holds === null)
      open.push(
        why === undefined
          ? `the search for an order of versions that is ${model} ended with its budget: raise --budget`
          : `the order found for ${model} is no proof: ${why}`,
      );
    if (holds !== false) continue;
    // What needs no order of sessions or of real time refutes more.
    const least = [0, 1, 2].find(
      (weaker) => weaker === level || (weaker < level && answer(isolation, weaker).holds === false),
    );
    found.push({ name: ANOMALY[isolation] + LEVELS[least ?? level], isolation, level: least ?? level });
  }
  return { found, open, choices };
}
