// What a fault costs those on either side of it, and what it costs in time: the material of CAP and PACELC.
import { OK, INVOKE, type History } from '../../harness/history/history.ts';
import type { Interval, Operations } from './operations.ts';
import { percentile } from './series.ts';

/** How the nodes of one side answered while a fault lay between them and the others. */
export interface Side {
  readonly nodes: readonly string[];
  /** `ok` answers a second without faults. */
  readonly healthy: number;
  /** `ok` answers a second during the fault, as a share of that; null for a side that serves nobody when healthy. */
  readonly share: number | null;
}

/** `ok` answers of operations that were invoked in some intervals, by node. */
export interface Answers {
  readonly byNode: ReadonlyMap<string, number>;
  readonly seconds: number;
}

/** Fewer answers a second are no service: a stray read at a standby. */
const SERVICE = 1;

export function answersIn(operations: Operations, intervals: readonly Interval[]): Answers {
  const { history } = operations;
  const counts = new Int32Array(history.nodes.size);
  for (const interval of intervals)
    operations.each(interval, (_, completed) => {
      if (completed >= 0 && history.type[completed] === OK && history.node[completed] >= 0)
        counts[history.node[completed]]++;
    });
  return {
    byNode: new Map(Array.from(counts, (count, node) => [history.nodes.valueOf(node), count])),
    seconds: secondsOf(intervals),
  };
}

/** Answers by the nodes of each side, during the fault against those in calm. */
export function sidesOf(sides: readonly (readonly string[])[], during: Answers, calm: Answers): Side[] {
  return sides.map((nodes) => {
    const healthy = perSecond(nodes, calm);
    return { nodes, healthy, share: healthy < SERVICE ? null : perSecond(nodes, during) / healthy };
  });
}

/** Median latency of `ok` operations by function, ms, of those invoked in the intervals. */
export function mediansOf(operations: Operations, intervals: readonly Interval[]): Record<string, number> {
  const { history } = operations;
  const groups = new Map<number, number[]>();
  for (const interval of intervals)
    operations.each(interval, (invoked, completed) => {
      if (completed < 0 || history.type[completed] !== OK) return;
      const latency = history.time[completed] - history.time[invoked];
      const known = groups.get(history.f[invoked]);
      if (known === undefined) groups.set(history.f[invoked], [latency]);
      else known.push(latency);
    });
  return Object.fromEntries(
    [...groups]
      .sort(([a], [b]) => a - b)
      .map(([f, values]) => [
        history.functions.valueOf(f),
        percentile(Float64Array.from(values).sort(), 0.5) / 1e6,
      ]),
  );
}

/** Nodes that ever answered a client. */
export function answeringNodes(history: History): string[] {
  const seen = new Set<number>();
  for (let i = 0; i < history.length; i++)
    if (history.process[i] >= 0 && history.type[i] !== INVOKE && history.node[i] >= 0)
      seen.add(history.node[i]);
  return [...seen].map((id) => history.nodes.valueOf(id)).sort();
}

export function secondsOf(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, [from, to]) => sum + Math.max(0, to - from), 0) / 1e9;
}

function perSecond(nodes: readonly string[], { byNode, seconds }: Answers): number {
  const count = nodes.reduce((sum, node) => sum + (byNode.get(node) ?? 0), 0);
  return seconds === 0 ? 0 : count / seconds;
}
