// A second engine, on @dagrejs/graphlib: every pair of transactions is looked at, nothing is shared with the first but
// the names. For small histories only (500 transactions): quadratic in transactions, and graphlib's components recurse (a
// path of some 2,000 edges overflows the stack).
import { alg, Graph } from '@dagrejs/graphlib';
import { CLASSES } from '../anomalies.ts';
import { LEVELS } from '../levels.ts';
import type { Txn } from './histories.ts';
import { listDependencies } from './second-lists.ts';
import { registerDependencies } from './second-registers.ts';

/** `level` the place in LEVELS from which on it counts; `predicate`: is it what a read by predicate did not return? */
export interface Dependency {
  readonly from: number;
  readonly to: number;
  readonly type: 'ww' | 'wr' | 'rw' | 'order';
  readonly level: number;
  readonly predicate: boolean;
}

/** The names of the gravest cycles of each component, sorted. Reads of lists must agree, and values be unique. */
export function cyclesByGraphlib(txns: readonly Txn[]): string[] {
  const ordered = [...txns].sort((a, b) => a.at - b.at);
  const all = [...orders(ordered), ...listDependencies(ordered), ...registerDependencies(ordered)];
  const names = new Set<string>();
  const known = new Map<string, number>();
  const passes = LEVELS.flatMap((suffix, level) =>
    [false, true].map((predicates) => ({ suffix, level, predicates })),
  );
  for (const { suffix, level, predicates } of passes) {
    const usable = all.filter((d) => d.level <= level && (predicates || !d.predicate));
    for (const members of alg.tarjan(graphOf(usable))) {
      if (members.length < 2) continue;
      const least = Math.min(...members.map((name) => known.get(name) ?? CLASSES.length));
      const isMember = new Set(members);
      const inside = usable.filter(({ from, to }) => isMember.has(String(from)) && isMember.has(String(to)));
      const kind = gravest(inside);
      if (kind >= least) continue;
      // Of a class that items alone do not have, a predicate is part.
      names.add((predicates ? CLASSES[kind].replace('-item', '') : CLASSES[kind]) + suffix);
      for (const name of members) known.set(name, Math.min(known.get(name) ?? CLASSES.length, kind));
    }
  }
  return [...names].sort();
}

/** That of sessions, and that of real time. */
function orders(ordered: readonly Txn[]): Dependency[] {
  return ordered.flatMap((a, from) =>
    ordered.flatMap((b, to): Dependency[] => {
      if (from === to || (a.type ?? 'ok') !== 'ok' || a.until > b.at || b.type === 'fail') return [];
      const order = { from, to, type: 'order', predicate: false } as const;
      return [{ ...order, level: a.process === b.process ? 1 : 2 }];
    }),
  );
}

function graphOf(dependencies: readonly Dependency[]): Graph {
  const graph = new Graph({ directed: true });
  for (const { from, to } of dependencies) graph.setEdge(String(from), String(to));
  return graph;
}

/** The place in CLASSES of the gravest class of cycle that these dependencies have. */
function gravest(dependencies: readonly Dependency[]): number {
  const writes = dependencies.filter((d) => d.type === 'ww' || d.type === 'order');
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
