// A schedule to begin with: by time, as a correct database would have done it. A version is overwritten only when its
// readers have read, as far as that goes.
import { targetOf, type Graph } from '../graph.ts';
import { int32 } from '../growable.ts';
import type { Events } from './events.ts';
import { Heap } from './heap.ts';
import type { Versions } from './versions.ts';

/** An order of the nodes in which the edges of `graph`, which is acyclic, lead forward. `time` of a transaction's start and end. */
export function likelySchedule(
  events: Events,
  graph: Graph,
  versions: Versions,
  keyOf: Int32Array,
  keys: number,
  transactions: number,
  time: (t: number, isEnd: boolean) => number,
): Int32Array {
  const { nodes, offsets, edges } = graph;
  const { count, writer, readers, reader } = versions;
  const waitsFor = int32(nodes);
  for (const edge of edges) waitsFor[targetOf(edge)]++;
  const when = new Float64Array(nodes).fill(-1);
  const written = lists(transactions, count, (e) => writer[e]);
  const read = lists(transactions, readers[count], (i) => reader[i]);
  const versionRead = int32(readers[count]);
  for (let e = 0; e < count; e++) for (let i = readers[e]; i < readers[e + 1]; i++) versionRead[i] = e;
  const startOf = int32(nodes).fill(-1);
  const endOf = int32(nodes).fill(-1);
  for (let t = 0; t < transactions; t++) {
    when[events.start(t)] = time(t, false);
    when[events.end(t)] = time(t, true);
    startOf[events.start(t)] = endOf[events.end(t)] = t;
  }
  const unread = int32(count);
  for (let e = 0; e < count; e++) unread[e] = readers[e + 1] - readers[e];
  const current = int32(keys).fill(-1);
  const blocked = new Map<number, number[]>();
  const ready = new Heap(when);
  const stuck = new Heap(when);
  for (let v = 0; v < nodes; v++) if (waitsFor[v] === 0) ready.push(v);
  const order = int32(nodes);
  const isDone = new Uint8Array(nodes);
  let placed = 0;
  while (placed < nodes) {
    let v = ready.pop();
    const forced = v < 0;
    if (forced) v = stuck.pop();
    if (v < 0) throw new Error('the events of a schedule have a cycle');
    if (isDone[v] === 1) continue;
    const blocker = forced ? -1 : unfinished(endOf[v]);
    if (blocker >= 0) {
      const waiting = blocked.get(blocker);
      if (waiting === undefined) blocked.set(blocker, [v]);
      else waiting.push(v);
      stuck.push(v);
      continue;
    }
    isDone[v] = 1;
    order[placed++] = v;
    if (startOf[v] >= 0)
      for (let i = read.begin[startOf[v]]; i < read.begin[startOf[v] + 1]; i++) {
        const version = versionRead[read.items[i]];
        if (--unread[version] === 0) release(version);
      }
    if (endOf[v] >= 0)
      for (let i = written.begin[endOf[v]]; i < written.begin[endOf[v] + 1]; i++) {
        const e = written.items[i];
        const old = current[keyOf[e]];
        current[keyOf[e]] = e;
        if (old >= 0) release(old);
      }
    for (let i = offsets[v]; i < offsets[v + 1]; i++)
      if (--waitsFor[targetOf(edges[i])] === 0) ready.push(targetOf(edges[i]));
  }
  return order;

  /** A current version that `t` overwrites although others have not read it yet, -1 if none. */
  function unfinished(t: number): number {
    if (t < 0) return -1;
    for (let i = written.begin[t]; i < written.begin[t + 1]; i++) {
      const old = current[keyOf[written.items[i]]];
      if (old < 0 || unread[old] === 0) continue;
      let own = 0;
      for (let r = readers[old]; r < readers[old + 1]; r++) if (reader[r] === t) own = 1;
      // A transaction of one event reads as it writes.
      if (unread[old] > (events.start(t) === events.end(t) ? own : 0)) return old;
    }
    return -1;
  }

  function release(version: number): void {
    for (const v of blocked.get(version) ?? []) if (isDone[v] === 0) ready.push(v);
    blocked.delete(version);
  }
}

/** Items 0 … n - 1 by owner. */
function lists(
  owners: number,
  n: number,
  ownerOf: (item: number) => number,
): { begin: Int32Array; items: Int32Array } {
  const begin = int32(owners + 1);
  for (let i = 0; i < n; i++) begin[ownerOf(i) + 1]++;
  for (let o = 0; o < owners; o++) begin[o + 1] += begin[o];
  const cursor = begin.slice();
  const items = int32(n);
  for (let i = 0; i < n; i++) items[cursor[ownerOf(i)]++] = i;
  return { begin, items };
}
