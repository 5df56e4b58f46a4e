// Serializability, snapshot isolation and prefix consistency where the order of versions is not known (NP-hard:
// Papadimitriou, JACM 1979). The idea of Cobra (Tan et al., OSDI 2020) and PolySI (Huang et al., VLDB 2023): what is
// certain makes a graph; each pair of versions that it leaves open is a choice between edges; prune the choices, and
// search for some that close no cycle. Ours prunes with vector clocks and begins with a schedule that time suggests.
import { FAIL, INFO, OK } from '../../../harness/history/history.ts';
import { Absences } from '../absences.ts';
import { type Edges, PROCESS, REALTIME, type Graph } from '../graph.ts';
import { int32 } from '../growable.ts';
import type { ListVersions } from '../list-versions.ts';
import { UNUSABLE, type KeyKinds } from '../kinds.ts';
import { MISS, eventOf, type Transactions } from '../micro.ts';
import { INITIAL, type Registers } from '../registers.ts';
import type { Budget } from '../search.ts';
import type { Observations } from '../weak/observations.ts';
import { Acyclic } from './acyclic.ts';
import { contradiction } from './certificate.ts';
import { Choices } from './choices.ts';
import { isSerial, knownEvents, type Events, type Isolation } from './events.ts';
import { likelySchedule } from './hint.ts';
import { NOTHING_KNOWN, clocks, closure, type EventChains, type Past } from './past.ts';
import { prune, readersDone } from './pruning.ts';
import { Solver } from './solver.ts';
import { supposeTails } from './tails.ts';
import { versionsOf, type Versions } from './versions.ts';

/** What the checker knows of a history. */
export interface Inferred {
  readonly transactions: Transactions;
  readonly kinds: KeyKinds;
  readonly registers: Registers;
  readonly lists: ListVersions;
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

/** Without chains, as many events as their closure has room for: 32 MB. */
const CLOSED = 1 << 14;

/** @param level 0: the data alone; 1: with the order of sessions; 2: and of real time */
export function decide(inferred: Inferred, isolation: Isolation, level: number, budget: Budget): Answer {
  const answer = attempt(inferred, isolation, level, budget, () => undefined);
  // Refuted, or there is a schedule, or the budget was spent.
  if (answer.why === undefined || isSerial(isolation)) return answer;
  const supposed = attempt(inferred, isolation, level, budget, (events) => supposeTails(inferred, events));
  return supposed.holds === true ? supposed : answer;
}

function attempt(
  inferred: Inferred,
  isolation: Isolation,
  level: number,
  budget: Budget,
  suppose: (events: Events) => void,
): Answer {
  const { transactions, registers, edges, nodes } = inferred;
  const { count, key, keys } = transactions;
  const orders = level === 0 ? 0 : level === 1 ? PROCESS : PROCESS | REALTIME;
  const absences = new Absences(transactions, inferred.kinds);
  const takesPart = participants(inferred, absences);
  const events = knownEvents(isolation, edges, nodes, count, orders);
  const sessions = sessionsOf(transactions, level);
  const versions = versionsOf(transactions, registers, takesPart, sessions.chain);
  const keyOf = versions.write.map((m) => key[m]);
  const done = readersDone(versions, events);
  initialFirst(inferred, events, versions);
  suppose(events);
  const pruned = prune(events, versions, done, keyOf, pastOf(inferred, events, sessions, level));
  if (pruned === null) return { holds: false, choices: 0, conflicts: 0 };
  const schedule = likelySchedule(
    events,
    pruned.graph,
    versions,
    keyOf,
    keys.length,
    count,
    timeOf(transactions),
  );
  const acyclic = new Acyclic(pruned.graph, schedule, budget);
  const solver = new Solver(acyclic, budget);
  const choices = new Choices(
    transactions,
    registers,
    events,
    versions,
    pruned,
    done,
    keyOf,
    solver,
    acyclic.place,
    budget,
  );
  choices.addPairs();
  choices.addLooks();
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
  const wrong = contradiction(transactions, { isolation, start, end, level }, judged);
  return wrong === null ? { holds: true, ...figures } : { holds: null, why: wrong, ...figures };
}

/** Who saw the initial version precedes writers, those too of which no dependency is known because nobody saw them. */
function initialFirst(
  { transactions, registers, observations }: Inferred,
  events: Events,
  versions: Versions,
): void {
  const { key, kind, owner, status } = transactions;
  const { writer, runs, run } = versions;
  const { offset } = observations;
  const isUnseen = (t: number): boolean => status[t] === INFO && offset[t] === offset[t + 1];
  if (!writer.some(isUnseen)) return;
  registers.source.forEach((seen, m) => {
    if (seen !== INITIAL || status[owner[m]] !== OK || (kind[m] === MISS && !events.predicates)) return;
    for (let e = run[runs[key[m]]]; e < run[runs[key[m] + 1]]; e++)
      if (isUnseen(writer[e])) events.before(events.start(owner[m]), events.end(writer[e]));
  });
}

/** Those that committed; of the indeterminate ones those that were seen, or that may hide behind a look at nothing. */
function participants(
  { transactions, registers, lists, observations }: Inferred,
  absences: Absences,
): Uint8Array {
  const { count, status, owner } = transactions;
  const { offset } = observations;
  const takesPart = new Uint8Array(count);
  // In the middle of a list, where what was read last is another's, an append was seen all the same.
  lists.position.forEach((place, append) => {
    if (place >= 0 && status[owner[append]] === INFO) takesPart[owner[append]] = 1;
  });
  for (let t = 0; t < count; t++)
    if (status[t] === OK || (status[t] === INFO && offset[t + 1] > offset[t])) takesPart[t] = 1;
  for (const look of registers.open)
    for (const write of absences.hiddenFrom(look))
      if (status[owner[write]] !== FAIL) takesPart[owner[write]] = 1;
  return takesPart;
}

interface Sessions {
  readonly count: number;
  readonly chain: Int32Array;
  readonly place: Int32Array;
}

/** Committed transactions by session, where sessions count; on no chain (-1) else. */
function sessionsOf({ count, previous, status }: Transactions, level: number): Sessions {
  const chain = int32(count).fill(-1);
  const place = int32(count);
  let chains = 0;
  if (level === 0) return { count: 0, chain, place };
  const isTail = new Uint8Array(count);
  for (let t = 0; t < count; t++) {
    if (status[t] !== OK) continue;
    const before = previous[t];
    const follows = before >= 0 && isTail[before] === 1;
    chain[t] = follows ? chain[before] : chains++;
    place[t] = follows ? place[before] + 1 : 1;
    isTail[t] = 1;
    if (follows) isTail[before] = 0;
  }
  return { count: chains, chain, place };
}

function pastOf(
  { transactions, chain }: Inferred,
  events: Events,
  sessions: Sessions,
  level: number,
): (graph: Graph, order: Int32Array) => Past {
  if (level === 0) return (graph, order) => (graph.nodes <= CLOSED ? closure(graph, order) : NOTHING_KNOWN);
  return (graph, order) => clocks(graph, order, chainsOf(graph.nodes));

  function chainsOf(nodes: number): EventChains {
    const { count, after } = transactions;
    const ofChain = int32(nodes).fill(-1);
    const place = int32(nodes);
    const later = level > 1 ? int32(nodes) : null;
    for (let t = 0; t < count; t++) {
      if (sessions.chain[t] >= 0) {
        ofChain[events.start(t)] = ofChain[events.end(t)] = sessions.chain[t];
        place[events.start(t)] = 2 * sessions.place[t];
        place[events.end(t)] = 2 * sessions.place[t] + (events.start(t) === events.end(t) ? 0 : 1);
      }
      if (later === null) continue;
      ofChain[events.start(chain + t)] = sessions.count;
      place[events.start(chain + t)] = t + 1;
      if (after[t] < count) later[events.end(t)] = after[t] + 1;
    }
    return { count: sessions.count + (level > 1 ? 1 : 0), chain: ofChain, place, later };
  }
}

/** When a transaction probably took its snapshot and committed, by events of the history. */
function timeOf(transactions: Transactions): (t: number, isEnd: boolean) => number {
  const { invoke, status } = transactions;
  return (t, isEnd) => {
    if (status[t] !== OK) return invoke[t];
    return isEnd ? (invoke[t] + eventOf(transactions, t)) / 2 : invoke[t];
  };
}
