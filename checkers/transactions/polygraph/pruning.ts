// Orders of versions that follow from what is known, until no more follow. Of two versions of a key, one comes first if
// the other way round some event would have to come before itself.
import type { Graph } from '../graph.ts';
import { int32 } from '../growable.ts';
import type { Events } from './events.ts';
import { graphOfEvents, scheduled, type Past } from './past.ts';
import type { Versions } from './versions.ts';

/** Rounds at most; stopping early loses nothing, it leaves more to the search. */
const ROUNDS = 12;

/**
 * `before[offset[e] + i]` how many versions of the i-th run of the key of version e are certainly before it. Null
 * instead of all when the events have a cycle.
 */
export interface Pruned {
  readonly offset: Int32Array;
  readonly before: Int32Array;
  readonly past: Past;
  readonly graph: Graph;
  readonly order: Int32Array;
}

/** The event after which all readers of a version that are ordered have taken their snapshots, -1 if it has none. */
export function readersDone(
  { count, readers, reader }: Versions,
  events: Events,
  isOrdered: (t: number) => boolean,
): Int32Array {
  const done = int32(count).fill(-1);
  for (let e = 0; e < count; e++) {
    const ordered = reader.subarray(readers[e], readers[e + 1]).filter(isOrdered);
    if (ordered.length === 0) continue;
    if (ordered.length === 1) {
      done[e] = events.start(ordered[0]);
      continue;
    }
    done[e] = events.fresh();
    for (const t of ordered) events.before(events.start(t), done[e]);
  }
  return done;
}

/** @param misses may a version be no later than the one that somebody read who comes after its writer? */
export function prune(
  events: Events,
  versions: Versions,
  done: Int32Array,
  keyOf: Int32Array,
  misses: boolean,
  pastOf: (graph: Graph, order: Int32Array) => Past,
): Pruned | null {
  const { count, writer, runs, run, runOf, based, readers, reader } = versions;
  const offset = int32(count + 1);
  for (let e = 0; e < count; e++) offset[e + 1] = offset[e] + runs[keyOf[e] + 1] - runs[keyOf[e]];
  const before = int32(offset[count]);
  const atLeast = (e: number, r: number, versionsBefore: number): void => {
    const at = offset[e] + r - runs[keyOf[e]];
    if (versionsBefore <= before[at]) return;
    before[at] = versionsBefore;
    precede(run[r] + versionsBefore - 1, e);
  };
  const precede = (e: number, f: number): void => {
    events.before(events.end(writer[e]), events.overwriting(writer[f]));
    // Its other readers precede an update one by one: those edges are known.
    if (done[e] >= 0 && based[f] !== e) events.before(done[e], events.end(writer[f]));
  };
  for (let e = 0; e < count; e++) {
    atLeast(e, runOf[e], e - run[runOf[e]]);
    if (based[e] >= 0) atLeast(e, runOf[based[e]], based[e] - run[runOf[based[e]]] + 1);
  }
  for (let round = 0; ; round++) {
    const graph = graphOfEvents(events);
    const order = scheduled(graph);
    if (order === null) return null;
    const past = pastOf(graph, order);
    const edges = events.edges.length;
    const mustPrecede = (e: number, f: number): boolean => {
      if (past.has(events.overwriting(writer[e]), events.end(writer[f]))) return true;
      if (!misses) return false;
      const end = events.end(writer[e]);
      for (let i = readers[f]; i < readers[f + 1]; i++)
        if (past.has(end, events.start(reader[i]))) return true;
      return false;
    };
    if (round < ROUNDS)
      for (let f = 0; f < count; f++)
        for (let r = runs[keyOf[f]]; r < runs[keyOf[f] + 1]; r++) {
          if (r === runOf[f]) continue;
          const begin = run[r];
          let low = before[offset[f] + r - runs[keyOf[f]]];
          let high = run[r + 1] - begin;
          // Mostly nothing new.
          if (low === high || !mustPrecede(begin + low, f)) continue;
          for (low++; low < high;) {
            const middle = (low + high) >> 1;
            if (mustPrecede(begin + middle, f)) low = middle + 1;
            else high = middle;
          }
          atLeast(f, r, low);
        }
    if (events.edges.length === edges) return { offset, before, past, graph, order };
  }
}
