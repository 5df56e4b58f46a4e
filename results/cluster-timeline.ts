// What state each node and each link of a cluster was in, when: for the chart that shows it and its table.
import type { FaultWindow } from '../harness/history/fault.ts';
import type { Roles } from './page-data.ts';

/** What a stretch of a row means. `primary` and `cut` overlay what else there is. */
export type State = 'primary' | 'down' | 'paused' | 'disturbed' | 'cut' | 'slow';

export interface Stretch {
  readonly state: State;
  /** ns; `to` is the run's end where nobody lifted it. */
  readonly from: number;
  readonly to: number;
  /** What did it, as the user wrote it; empty for roles. */
  readonly by: string;
}

/** One node (`n1`) or directed link (`n1→n2`). */
export interface ClusterRow {
  readonly name: string;
  readonly link: boolean;
  readonly stretches: readonly Stretch[];
}

const NODE_STATES: Readonly<Record<string, State>> = {
  kill: 'down',
  'power-off': 'down',
  'restart-then-promote': 'down',
  membership: 'down',
  pause: 'paused',
  clock: 'disturbed',
  'disk-full': 'disturbed',
  corrupt: 'down',
};
/** Up to so many links all are shown: the matrix as it was over time. With more, those that a fault touched. */
const ALL_LINKS = 12;

/** Nodes first, then the links between them. */
export function clusterRows(
  nodes: readonly string[],
  roles: readonly Roles[],
  faults: readonly FaultWindow[],
  end: number,
): ClusterRow[] {
  return [
    ...nodes.map((name) => ({
      name,
      link: false,
      stretches: [...reigns(name, roles, end), ...blows(name, faults, end)],
    })),
    ...linkRows(nodes, faults, end),
  ];
}

function reigns(node: string, roles: readonly Roles[], end: number): Stretch[] {
  const found: Stretch[] = [];
  let from: number | null = null;
  for (const { time, primaries } of roles) {
    const reigning = primaries.includes(node);
    if (reigning && from === null) from = time;
    if (reigning || from === null) continue;
    found.push({ state: 'primary', from, to: time, by: '' });
    from = null;
  }
  if (from !== null) found.push({ state: 'primary', from, to: end, by: '' });
  return found;
}

function blows(node: string, faults: readonly FaultWindow[], end: number): Stretch[] {
  return faults.flatMap(({ family, fault, targets, start, end: healed }) =>
    targets.includes(node) && family in NODE_STATES
      ? [{ state: NODE_STATES[family], from: start, to: healed ?? end, by: fault }]
      : [],
  );
}

function linkRows(nodes: readonly string[], faults: readonly FaultWindow[], end: number): ClusterRow[] {
  const stretches = new Map<string, Stretch[]>();
  for (const { family, fault, links, start, end: healed } of faults)
    for (const link of links ?? []) {
      const state = family === 'delay' || family === 'loss' || family === 'rate' ? 'slow' : 'cut';
      const list = stretches.get(link) ?? [];
      list.push({ state, from: start, to: healed ?? end, by: fault });
      stretches.set(link, list);
    }
  if (stretches.size === 0) return [];
  const all = nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => `${from}→${to}`));
  const shown = all.length <= ALL_LINKS ? all : all.filter((link) => stretches.has(link));
  return shown.map((name) => ({ name, link: true, stretches: stretches.get(name) ?? [] }));
}
