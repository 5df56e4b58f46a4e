// A second engine for lists, on @dagrejs/graphlib: every pair of transactions is looked at, nothing is shared with the
// first but the names. For small histories only: quadratic in edges, and graphlib's components recurse (a path of
// some 2,000 edges overflows the stack).
import { alg, Graph } from '@dagrejs/graphlib';
import type { Json } from '../../../harness/history/event.ts';
import { CLASSES } from '../anomalies.ts';
import { LEVELS } from '../levels.ts';
import type { Txn } from './histories.ts';

interface Dependency {
  readonly from: number;
  readonly to: number;
  readonly type: 'ww' | 'wr' | 'rw' | 'process' | 'realtime';
}

/** The names of the gravest cycles of each component, sorted. All reads must agree, and values be unique. */
export function cyclesByGraphlib(txns: readonly Txn[]): string[] {
  const all = dependenciesOf(txns);
  const names = new Set<string>();
  const known = new Map<string, number>();
  LEVELS.forEach((suffix, level) => {
    const usable = all.filter(({ type }) => level >= (type === 'process' ? 1 : type === 'realtime' ? 2 : 0));
    for (const members of alg.tarjan(graphOf(usable))) {
      if (members.length < 2) continue;
      const least = Math.min(...members.map((name) => known.get(name) ?? CLASSES.length));
      const inside = usable.filter(
        ({ from, to }) => members.includes(String(from)) && members.includes(String(to)),
      );
      const kind = gravest(inside);
      if (kind >= least) continue;
      names.add(CLASSES[kind] + suffix);
      for (const name of members) known.set(name, Math.min(known.get(name) ?? CLASSES.length, kind));
    }
  });
  return [...names].sort();
}

function graphOf(dependencies: readonly Dependency[]): Graph {
  const graph = new Graph({ directed: true });
  for (const { from, to } of dependencies) graph.setEdge(String(from), String(to));
  return graph;
}

/** The place in CLASSES of the gravest class of cycle that these dependencies have. */
function gravest(dependencies: readonly Dependency[]): number {
  const isOrder = ({ type }: Dependency): boolean => type === 'process' || type === 'realtime';
  const writes = dependencies.filter((d) => d.type === 'ww' || isOrder(d));
  if (!alg.isAcyclic(graphOf(writes))) return 0;
  const flow = dependencies.filter((d) => d.type !== 'rw');
  const flowGraph = graphOf(flow);
  if (!alg.isAcyclic(flowGraph)) return 1;
  const missed = dependencies.filter((d) => d.type === 'rw');
  const leads = (from: number, to: number): boolean =>
    flowGraph.hasNode(String(from)) && alg.preorder(flowGraph, [String(from)]).includes(String(to));
  if (missed.some(({ from, to }) => leads(to, from))) return 2;
  const split = new Graph({ directed: true });
  for (const { from, to, type } of dependencies) {
    split.setEdge(`${from}`, type === 'rw' ? `${to} missed` : `${to}`);
    if (type !== 'rw') split.setEdge(`${from} missed`, `${to}`);
  }
  return alg.isAcyclic(split) ? 4 : 3;
}

function dependenciesOf(txns: readonly Txn[]): Dependency[] {
  const found: Dependency[] = [];
  const ordered = [...txns].sort((a, b) => a.at - b.at);
  const longest = new Map<Json, readonly Json[]>();
  const reads = ordered.flatMap((txn) => (isOk(txn) ? txn.micro.filter(([f]) => f === 'r') : []));
  for (const [, key, list] of reads)
    if (listOf(list).length > (longest.get(key)?.length ?? 0)) longest.set(key, listOf(list));
  /** Versions of `key` that `txn` installed: places in the order; beyond its end when no read shows them. */
  const installed = (txn: Txn, key: Json): number[] =>
    txn.micro
      .filter(([f, on]) => f === 'append' && on === key)
      .map(([, , value]) => placeIn(longest.get(key) ?? [], value));
  const committed = ordered.filter(
    (txn) =>
      isOk(txn) ||
      (txn.type === 'info' && txn.micro.some(([, key]) => installed(txn, key).some(Number.isFinite))),
  );
  const keys = new Set(ordered.flatMap(({ micro }) => micro.map(([, key]) => key)));
  ordered.forEach((a, from) => {
    ordered.forEach((b, to) => {
      if (from === to) return;
      if (isOk(a) && a.until <= b.at && b.type !== 'fail') {
        found.push({ from, to, type: 'realtime' });
        if (a.process === b.process) found.push({ from, to, type: 'process' });
      }
      if (!committed.includes(a) || !committed.includes(b)) return;
      for (const key of keys) {
        const theirs = installed(b, key);
        if (installed(a, key).some((p) => theirs.some((q) => p < q)))
          found.push({ from, to, type: isOk(b) || theirs.every(Number.isFinite) ? 'ww' : 'wr' });
        if (isOk(b) && versionsRead(b, key).some((n) => installed(a, key).some((p) => p < n)))
          found.push({ from, to, type: 'wr' });
        if (isOk(a) && versionsRead(a, key).some((n) => theirs.some((q) => q >= n)))
          found.push({ from, to, type: 'rw' });
      }
    });
  });
  return found;
}

const isOk = ({ type = 'ok' }: Txn): boolean => type === 'ok';

const listOf = (value: Json): readonly Json[] => (value === null ? [] : (value as readonly Json[]));

function placeIn(order: readonly Json[], value: Json): number {
  const place = order.indexOf(value);
  return place < 0 ? Infinity : place;
}

/** How many elements of others each read of `key` showed. */
function versionsRead({ micro }: Txn, key: Json): number[] {
  let own = 0;
  return micro.flatMap(([f, on, value]) => {
    if (on !== key) return [];
    if (f === 'append') own++;
    return f === 'r' ? [listOf(value).length - own] : [];
  });
}
