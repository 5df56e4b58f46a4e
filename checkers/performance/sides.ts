// What a fault costs those on either side of it, and what it costs in time: the material of CAP and PACELC.
import { OK, INVOKE, type History } from '../../harness/history/history.ts';
import { eachCompleted, percentile } from './series.ts';

/** Half-open, ns. */
export type Interval = readonly [number, number];

/** How the nodes of one side answered while a fault lay between them and the others. */
export interface Side {
  readonly nodes: readonly string[];
  /** `ok` answers a second without faults. */
  readonly healthy: number;
  /** `ok` answers a second during the fault, as a share of that; null for a side that serves nobody when healthy. */
  readonly share: number | null;
}

/** Fewer answers a second are no service: a stray read at a standby. */
const SERVICE = 1;

/** Answers by the nodes of each side, those invoked in `during` against those invoked in `calm`. */
export function sidesOf(
  history: History,
  sides: readonly (readonly string[])[],
  during: readonly Interval[],
  calm: readonly Interval[],
): Side[] {
  const sideOf = new Map(sides.flatMap((nodes, side) => nodes.map((node) => [node, side] as const)));
  const counts = sides.map(() => [0, 0]);
  eachCompleted(history, (invoked, completed) => {
    if (history.type[completed] !== OK || history.node[completed] < 0) return;
    const side = sideOf.get(history.nodes.valueOf(history.node[completed]));
    if (side === undefined) return;
    if (within(history.time[invoked], during)) counts[side][0]++;
    else if (within(history.time[invoked], calm)) counts[side][1]++;
  });
  return sides.map((nodes, side) => {
    const [then, usually] = counts[side];
    const healthy = perSecond(usually, calm);
    return { nodes, healthy, share: healthy < SERVICE ? null : perSecond(then, during) / healthy };
  });
}

/** Median latency of `ok` operations by function, ms, of those invoked in the intervals. */
export function mediansOf(history: History, intervals: readonly Interval[]): Record<string, number> {
  const groups = new Map<number, number[]>();
  eachCompleted(history, (invoked, completed, latency) => {
    if (history.type[completed] !== OK || !within(history.time[invoked], intervals)) return;
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

function within(time: number, intervals: readonly Interval[]): boolean {
  return intervals.some(([from, to]) => time >= from && time < to);
}

function perSecond(count: number, intervals: readonly Interval[]): number {
  const seconds = intervals.reduce((sum, [from, to]) => sum + Math.max(0, to - from), 0) / 1e9;
  return seconds === 0 ? 0 : count / seconds;
}
