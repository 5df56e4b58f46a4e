// A history as a question: events, what is certain of their order, and the choices that this leaves.
import { FAIL, INFO, OK } from '../../../harness/history/history.ts';
import { Absences } from '../absences.ts';
import { PROCESS, REALTIME, type Graph } from '../graph.ts';
import { int32 } from '../growable.ts';
import { MISS, eventOf, type Transactions } from '../micro.ts';
import { INITIAL } from '../registers.ts';
import type { Budget } from '../search.ts';
import { Acyclic } from './acyclic.ts';
import { Choices } from './choices.ts';
import { knownEvents, type Events, type Ordering } from './events.ts';
import { likelySchedule } from './hint.ts';
import { NOTHING_KNOWN, clocks, closure, type EventChains, type Past } from './past.ts';
import type { Inferred } from './polygraph.ts';
import { prune, readersDone } from './pruning.ts';
import { Solver } from './solver.ts';
import { versionsOf, type Versions } from './versions.ts';

/** Without chains, as many events as their closure has room for: 32 MB. */
const CLOSED = 1 << 14;

export interface Question {
  readonly events: Events;
  readonly versions: Versions;
  readonly takesPart: Uint8Array;
  readonly acyclic: Acyclic;
  readonly solver: Solver;
  readonly choices: Choices;
}

/** How a model asks; see {@link pose}. */
export interface Asking {
  readonly ordering: Ordering;
  /** 0: the data alone; 1: with the order of sessions; 2: and of real time. */
  readonly level: number;
  /** May what certainly comes before a reader be no later version than the one it read? */
  readonly misses: boolean;
  /** Does what a transaction missed come after it? */
  readonly isOrdered: (t: number) => boolean;
  /** Appends that no read shows whose order is a choice: see tails.ts. */
  readonly tails: readonly (readonly number[])[];
  /** Orders that are only supposed. */
  readonly suppose?: ((events: Events) => void) | undefined;
}

/** Null when what is certain has a cycle already. */
export function pose(
  inferred: Inferred,
  { ordering, level, misses, isOrdered, tails, suppose }: Asking,
  budget: Budget,
): Question | null {
  const { transactions, registers, edges, nodes } = inferred;
  const { count, key, keys } = transactions;
  const orders = level === 0 ? 0 : level === 1 ? PROCESS : PROCESS | REALTIME;
  const takesPart = participants(inferred, new Absences(transactions, inferred.kinds));
  const events = knownEvents(ordering, edges, nodes, count, orders, isOrdered);
  const sessions = sessionsOf(transactions, level);
  const versions = versionsOf(transactions, registers, takesPart, sessions.chain, tails.flat());
  const keyOf = versions.write.map((m) => key[m]);
  const done = readersDone(versions, events, isOrdered);
  if (ordering !== 'flow') initialFirst(inferred, events, versions);
  suppose?.(events);
  const pruned = prune(events, versions, done, keyOf, misses, pastOf(inferred, events, sessions, level));
  if (pruned === null) return null;
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
  if (ordering !== 'flow') choices.addLooks();
  return { events, versions, takesPart, acyclic, solver, choices };
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
