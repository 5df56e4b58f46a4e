// Cycles of known dependencies that the models between read committed and serializability forbid, as findings: those
// that refute a model which nothing else found has refuted.
import type { Finding } from '../../types.ts';
import { certainEdges } from '../certain.ts';
import type { Explainer } from '../explain.ts';
import { boundary, violatedBy } from '../judged-models.ts';
import { eventOf, readers, type Transactions } from '../micro.ts';
import type { Inferred } from '../polygraph/polygraph.ts';
import type { Budget } from '../search.ts';
import { Words } from '../words.ts';
import { EventDependencies, certainOrder } from './events.ts';
import { edgesInside } from './inside.ts';
import { FORBIDDEN, type ForbiddenCycle, type ForbiddenKind, type Order } from './forbidden.ts';

export interface ForbiddenFindings {
  readonly findings: readonly Finding[];
  /** Names for which the budget did not suffice. */
  readonly undecided: readonly string[];
}

/** What a G-single is in any case needs no look of its own. */
const NAMES: readonly (readonly [ForbiddenKind, string])[] = [
  ['cursor', 'G-cursor'],
  ['monotonic', 'G-monotonic-indirect'],
  ['update', 'G-update'],
];

/** Findings of a name that are told. */
const TOLD = 10;

export function forbiddenFindings(
  inferred: Inferred,
  explainer: Explainer,
  found: readonly Finding[],
  budget: Budget,
): ForbiddenFindings {
  const { not, alsoNot } = boundary(found.map(({ name }) => name));
  const refuted = new Set([...not, ...alsoNot]);
  // Below read committed nothing here is news; cycles of dependencies that flow are none of these.
  const news = NAMES.filter(([, name]) => !violatedBy(name).every((model) => refuted.has(model)));
  if (news.length === 0) return { findings: [], undecided: [] };
  const order: Order = {
    inferred,
    edges: edgesInside(certainEdges(inferred), inferred.nodes, inferred.transactions.count),
    events: new EventDependencies(inferred, certainOrder(inferred)),
  };
  const findings: Finding[] = [];
  const undecided: string[] = [];
  for (const [kind, name] of news) {
    const cycles = FORBIDDEN[kind].find(order, budget);
    if (cycles === null) undecided.push(name);
    const shortest = [...(cycles ?? [])].sort((a, b) => a.steps.length - b.steps.length).slice(0, TOLD);
    findings.push(...shortest.map((cycle) => findingOf(name, cycle, inferred, explainer)));
  }
  return { findings, undecided };
}

function findingOf(
  name: string,
  cycle: ForbiddenCycle,
  { transactions }: Inferred,
  explainer: Explainer,
): Finding {
  const whole = explainer.cycle(name, cycle.steps);
  return { ...whole, explanation: `${point(cycle, transactions)}. ${whole.explanation}` };
}

/** What about the cycle is forbidden, as a sentence without its full stop. */
function point({ steps, missed, entered, key }: ForbiddenCycle, transactions: Transactions): string {
  const words = new Words(transactions);
  const event = (t: number): string => `#${eventOf(transactions, t)}`;
  if (missed === undefined) {
    const isReader = readers(transactions);
    const reader = steps.find(({ from }) => isReader[from] === 1);
    return reader === undefined
      ? 'Each of these wrote something'
      : `Of these only ${event(reader.from)} wrote nothing`;
  }
  if (entered !== undefined && entered > missed)
    return `${words.event(missed)} ${words.saw(missed)} in one operation in which it ${words.saw(entered)}`;
  if (entered !== undefined)
    return `${words.event(missed)} ${words.saw(missed)} after it ${words.past(entered)}`;
  const [{ from, to }] = steps;
  return `${words.did(missed)} and then wrote ${words.keyOf(key ?? 0)}, which ${event(to)} had written since: ${event(from)} replaced what it had not seen`;
}
