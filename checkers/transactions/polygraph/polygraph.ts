// Serializability, snapshot isolation and prefix consistency where the order of versions is not known (NP-hard:
// Papadimitriou, JACM 1979). The idea of Cobra (Tan et al., OSDI 2020) and PolySI (Huang et al., VLDB 2023): what is
// certain makes a graph; each pair of versions that it leaves open is a choice between edges; prune the choices, and
// search for some that close no cycle. Ours prunes with vector clocks and begins with a schedule that time suggests.
import type { Edges } from '../graph.ts';
import { int32 } from '../growable.ts';
import type { ListVersions } from '../list-versions.ts';
import { UNUSABLE, type KeyKinds } from '../kinds.ts';
import type { Transactions } from '../micro.ts';
import type { Registers } from '../registers.ts';
import type { Budget } from '../search.ts';
import type { Observations } from '../weak/observations.ts';
import { contradiction } from './certificate.ts';
import { isSerial, type Events, type Isolation } from './events.ts';
import { pose, type Asking } from './question.ts';
import { areFew, supposeTails, tailsOf } from './tails.ts';

/** What the checker knows of a history. */
export interface Inferred {
  readonly transactions: Transactions;
  readonly kinds: KeyKinds;
  readonly registers: Registers;
  readonly lists: ListVersions;
  /** Of each read of a list how many elements of others it saw: see list-reads.ts. */
  readonly version: Int32Array;
  readonly observations: Observations;
  /** All dependencies and orders, over `nodes` transactions and virtual nodes; those of real time are from `chain` on. */
  readonly edges: Edges;
  readonly nodes: number;
  readonly chain: number;
}

/** `holds` null: the budget did not suffice. */
export interface Answer {
  readonly holds: boolean | null;
  readonly why?: string;
  /** Choices that were left after pruning, and dead ends in searching. */
  readonly choices: number;
  readonly conflicts: number;
}

/** @param level 0: the data alone; 1: with the order of sessions; 2: and of real time */
export function decide(inferred: Inferred, isolation: Isolation, level: number, budget: Budget): Answer {
  const tails = isSerial(isolation) ? [] : tailsOf(inferred);
  const asking = { ordering: isolation, level, misses: true, isOrdered: () => true };
  if (areFew(tails)) return attempt(inferred, isolation, { ...asking, tails }, budget);
  const answer = attempt(inferred, isolation, { ...asking, tails: [] }, budget);
  if (answer.why === undefined) return answer;
  const suppose = (events: Events): void => supposeTails(inferred, tails, events);
  const supposed = attempt(inferred, isolation, { ...asking, tails: [], suppose }, budget);
  return supposed.holds === true ? supposed : answer;
}

function attempt(inferred: Inferred, isolation: Isolation, asking: Asking, budget: Budget): Answer {
  const question = pose(inferred, asking, budget);
  if (question === null) return { holds: false, choices: 0, conflicts: 0 };
  const { solver, acyclic, events, takesPart } = question;
  const { transactions } = inferred;
  const { count } = transactions;
  const figures = { choices: solver.variables, conflicts: 0 };
  const found = budget.left < 0 ? null : solver.solve();
  figures.conflicts = solver.conflicts;
  if (found !== true) return { holds: found, ...figures };
  const start = int32(count).fill(-1);
  const end = int32(count).fill(-1);
  for (let t = 0; t < count; t++) {
    if (takesPart[t] === 0) continue;
    start[t] = acyclic.place[events.start(t)];
    end[t] = acyclic.place[events.end(t)];
  }
  const judged = inferred.kinds.of.map((kind) => (kind === UNUSABLE ? 0 : 1));
  const wrong = contradiction(transactions, { isolation, start, end, level: asking.level }, judged);
  return wrong === null ? { holds: true, ...figures } : { holds: null, why: wrong, ...figures };
}
