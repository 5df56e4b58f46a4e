import { faultWindows } from '../../harness/history/fault.ts';
import { INVOKE, OK, type History } from '../../harness/history/history.ts';
import { witnessOf } from '../fold.ts';
import type { Finding } from '../types.ts';

/** So long a majority must have been healthy, ns: elections, leases and time-outs of clients are over long before. */
const PATIENCE = 10e9;
/** So many operations must have been tried meanwhile: nobody can answer what nobody asks. */
const ENOUGH = 10;

/**
 * Stretches of at least {@link PATIENCE} in which more than half of the nodes were healthy, operations were tried, and
 * not one of them was answered (liveness under a majority: Fischer, Lynch & Paterson 1985 forbid to ask for more).
 * Nodes are those that ever answered, which are not too many; a fault that may not have been injected makes all ill.
 */
export function stallsOf(history: History): Finding[] {
  const ill = illness(history);
  const findings: Finding[] = [];
  let [since, tried, next] = [-1, 0, 0];
  let healthy = true;
  for (let i = 0; i < history.length; i++) {
    const now = history.time[i];
    for (; next < ill.length && ill[next].time <= now; next++) {
      // Whatever was asked before the majority was well again may be lost.
      if (!healthy && ill[next].healthy) [since, tried] = [-1, 0];
      healthy = ill[next].healthy;
    }
    if (history.process[i] < 0) continue;
    if (history.type[i] === OK || !healthy) [since, tried] = [-1, 0];
    else if (history.type[i] === INVOKE) {
      if (since < 0) since = i;
      tried += 1;
      if (tried < ENOUGH || now - history.time[since] < PATIENCE) continue;
      findings.push(stall(history, since, i, tried));
      [since, tried] = [-1, 0];
    }
  }
  return findings.slice(0, 1).map((first) => ({ ...first, count: findings.length }));
}

/** When more than half of the nodes began or ceased to be healthy, in order of time. */
function illness(history: History): { readonly time: number; readonly healthy: boolean }[] {
  const windows = faultWindows(history);
  const moments = [...new Set(windows.flatMap(({ start, end }) => [start, end ?? Infinity]))];
  return moments
    .sort((a, b) => a - b)
    .map((time) => {
      const open = windows.filter(({ start, end }) => start <= time && time < (end ?? Infinity));
      const hit = new Set(open.flatMap(({ targets }) => targets));
      const known = open.every(({ reached }) => reached);
      return { time, healthy: open.length === 0 || (known && 2 * hit.size < history.nodes.size) };
    });
}

function stall(history: History, from: number, to: number, tried: number): Finding {
  const at = (index: number) => (history.time[index] / 1e9).toFixed(3);
  return {
    name: 'no-progress',
    certain: true,
    witness: witnessOf(from, to),
    explanation: `From ${at(from)} s to ${at(to)} s a majority of the nodes was healthy, ${tried} operations were tried, and none was answered.`,
    evidence: { from: history.time[from], to: history.time[to], tried },
  };
}
