// What is known of the transactions of a history: dependencies, orders of sessions and of real time, and why.
import { FAIL } from '../../harness/history/history.ts';
import { FoldedFindings } from '../fold.ts';
import type { Finding } from '../types.ts';
import type { Reasons } from './explain.ts';
import { Edges, PROCESS, graphOf, type Graph } from './graph.ts';
import { REGISTER, keyKinds } from './kinds.ts';
import { listEdges } from './list-edges.ts';
import { verifyLists } from './list-reads.ts';
import { listReasons } from './list-reasons.ts';
import { listVersions } from './list-versions.ts';
import type { Transactions } from './micro.ts';
import type { Inferred } from './polygraph/polygraph.ts';
import { registerReasons } from './register-reasons.ts';
import { registerEdges, verifyRegisters } from './registers.ts';
import { VirtualNodes } from './virtual.ts';
import { observationsOf, type Observations } from './weak/observations.ts';
import type { KnownOrders } from './weak/weak.ts';
import { Writes } from './writes.ts';

export interface Dependencies {
  readonly graph: Graph;
  readonly reasons: readonly Reasons[];
  readonly findings: readonly Finding[];
  /** Why some keys were left out. */
  readonly refused: readonly string[];
  readonly known: KnownOrders;
  /** Is some key a register, so that versions may be without order? */
  readonly registers: boolean;
  /** Do all versions have one order, but those that nobody saw? */
  readonly isOrdered: boolean;
  readonly observations: () => Observations;
  readonly inferred: () => Inferred;
}

/** @param claimed is the real-time order of writes to each key promised anyway? */
export function dependencies(columns: Transactions, claimed: boolean): Dependencies {
  const findings = new FoldedFindings();
  const writes = new Writes(columns);
  const kinds = keyKinds(columns, writes);
  const edges = new Edges(2 * columns.kind.length + 4 * columns.count);
  const virtual = new VirtualNodes(columns.count);
  const versions = listVersions(columns, kinds, writes);
  const version = verifyLists(columns, kinds, versions, writes, findings);
  listEdges(columns, kinds, versions, version, writes, edges, virtual, findings);
  const registers = verifyRegisters(columns, kinds, writes, findings);
  registerEdges(columns, registers, claimed, edges, virtual, findings);
  const known = { edges, data: edges.length, nodes: virtual.nodes };
  const { previous, after, status, count } = columns;
  for (let t = 0; t < count; t++)
    if (previous[t] >= 0 && status[t] !== FAIL) edges.add(previous[t], t, PROCESS);
  virtual.realTime(after, (t) => status[t] === FAIL, edges);
  let seen: Observations | undefined;
  const observations = (): Observations =>
    (seen ??= observationsOf(columns, kinds, versions, version, registers));
  return {
    graph: graphOf(virtual.nodes, count, edges),
    reasons: [
      listReasons(columns, kinds, versions, version),
      registerReasons(columns, kinds, registers, claimed),
    ],
    findings: findings.findings(),
    refused: kinds.reasons,
    known,
    registers: kinds.of.includes(REGISTER),
    isOrdered:
      !kinds.of.includes(REGISTER) && versions.trusted.every((n, k) => n === versions.longest[k].length),
    observations,
    inferred: () => ({
      transactions: columns,
      kinds,
      registers,
      lists: versions,
      version,
      observations: observations(),
      edges,
      nodes: virtual.nodes,
      chain: known.nodes,
    }),
  };
}
