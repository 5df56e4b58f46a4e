// Which of the models asked for need an order of all versions, and whether there is one.
import { LEVELS } from '../levels.ts';
import { impliedBy, refutes } from '../judged-models.ts';
import { REGISTER } from '../kinds.ts';
import type { Budget } from '../search.ts';
import type { Isolation } from './events.ts';
import type { ForbiddenKind } from '../forbidden/forbidden.ts';
import { avoid } from './avoiding.ts';
import { decide, type Answer, type Inferred } from './polygraph.ts';
import { tailsOf } from './tails.ts';

/** Models that say that there is a schedule, and with which orders: see LEVELS. */
const SCHEDULED: Readonly<Record<string, readonly [Isolation, number] | undefined>> = {
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
const STRONGER: readonly (readonly [string, Isolation, number])[] = [
  ['serializable', 'serializable', 0],
  ['snapshot-isolation', 'snapshot-isolation', 0],
  ['strong-session-serializable', 'serializable', 1],
  ['strong-session-snapshot-isolation', 'snapshot-isolation', 1],
];

/** Models that forbid certain cycles. (Of a consistent view, how late it may be is not in the order of versions.) */
const FORBIDDING: Readonly<Record<string, ForbiddenKind>> = {
  'cursor-stability': 'cursor',
  'monotonic-view': 'monotonic',
  'consistent-view': 'single',
  'forward-consistent-view': 'single',
  'parallel-snapshot-isolation': 'single',
  'update-serializable': 'update',
};

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
const DECIDED = new Set([
  'update-atomic',
  ...['', 'strong-session-'].flatMap((strength) => [
    `${strength}monotonic-atomic-view`,
    `${strength}read-atomic`,
    `${strength}causal-cerone`,
  ]),
]);

/** What a transaction sees of a key may grow from one look to the next. */
const GROWING = /monotonic/;

/** What is left of the budget where little can be pruned: steps are slower there. */
const UNPRUNED = 10;

const ANOMALY: Readonly<Record<Isolation, string>> = {
  serializable: 'no-serial-order',
  'repeatable-read': 'no-serial-order-item',
  'snapshot-isolation': 'no-snapshot-order',
  prefix: 'no-prefix-order',
};

const SCHEDULE: Readonly<Record<Isolation, string>> = {
  serializable: 'no serial order',
  'repeatable-read': 'no serial order',
  'snapshot-isolation': 'no order of snapshots and commits',
  prefix: 'no order of commits and of snapshots of its prefixes',
};

const STRENGTHS = ['', ' that respects their sessions', ' that respects real time'] as const;

/** Anomalies, and what they say of the transactions that did what they did. */
const UNAVOIDABLE: Readonly<Record<ForbiddenKind, readonly [string, string]>> = {
  cursor: ['no-cursor-order', 'some transaction wrote a key that another had written since it read it'],
  monotonic: [
    'no-monotonic-order',
    'some transaction missed a write on which something it had seen before depends',
  ],
  single: [
    'no-consistent-order',
    'some transaction missed a write on which something it saw or wrote depends',
  ],
  update: ['no-update-order', 'those that write have no serial order, or one that only reads fits none'],
};

/** An anomaly: whatever the order of versions, something that a model forbids. `claim`: what, as a clause. */
export interface Unordered {
  readonly name: string;
  readonly claim: string;
  readonly decide: (inferred: Inferred, budget: Budget) => Answer;
}

export interface Orders {
  readonly found: readonly Unordered[];
  /** Why models could not be decided, a clause each. */
  readonly open: readonly string[];
  readonly choices: number;
}

/**
 * Is there something that cycles of what is known do not decide? Over registers, the order of versions; over lists, the
 * prefixes that snapshots are, and the order of appends that no read shows, where not every order does.
 */
export function isOpen(inferred: Inferred, asked: readonly string[]): boolean {
  if (inferred.kinds.of.includes(REGISTER) || asked.includes('prefix')) return true;
  const isOrdered = (model: string): boolean =>
    model in FORBIDDING || SCHEDULED[model]?.[0] === 'snapshot-isolation';
  return asked.some(isOrdered) && tailsOf(inferred).length > 0;
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
  const isTold = inferred.registers.open.length === 0;
  const isGrowingTold = isTold && inferred.registers.later.length === 0;
  for (const model of asked) {
    const isRefuted = [...names, ...found.map(({ name }) => name)].some((name) => refutes(name, [model]));
    if (isRefuted || UNORDERED.has(model) || !isOpen(inferred, [model])) continue;
    const isKnown = GROWING.test(model) ? isGrowingTold : isTold;
    if (DECIDED.has(model) && isKnown) continue;
    const own = SCHEDULED[model];
    if (own === undefined) {
      if (hasStronger(model)) continue;
      const kind = model in FORBIDDING && isKnown ? FORBIDDING[model] : null;
      const holds = kind === null ? null : avoidable(kind);
      if (kind !== null && holds === false) found.push(unavoidable(kind));
      else if (holds === null)
        open.push(
          kind === null
            ? `${model} cannot be decided: what some looks at nothing saw is not known`
            : `the search for an order of versions that is ${model} ended with its budget: raise --budget`,
        );
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
    found.push(unscheduled(isolation, least ?? level));
  }
  return { found, open, choices };

  /** Is there a schedule of a stronger model? */
  function hasStronger(model: string): boolean {
    return STRONGER.some(
      ([stronger, isolation, level]) =>
        impliedBy(stronger).has(model) && answer(isolation, level).holds === true,
    );
  }

  function avoidable(kind: ForbiddenKind): boolean | null {
    // As with schedules: sessions prune.
    const inSessions = avoid(inferred, kind, 1, { left: budget });
    const known =
      inSessions.holds === true ? inSessions : avoid(inferred, kind, 0, { left: budget / UNPRUNED });
    choices = Math.max(choices, known.choices);
    return known.holds;
  }
}

function unscheduled(isolation: Isolation, level: number): Unordered {
  return {
    name: ANOMALY[isolation] + LEVELS[level],
    claim: `there is ${SCHEDULE[isolation]}${STRENGTHS[level]} in which`,
    decide: (inferred, budget) => decide(inferred, isolation, level, budget),
  };
}

function unavoidable(kind: ForbiddenKind): Unordered {
  const [name, claim] = UNAVOIDABLE[kind];
  return {
    name,
    claim: `${claim}, given that`,
    decide: (inferred, budget) => avoid(inferred, kind, 0, budget),
  };
}
