import { NEMESIS, type Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { witnessOf } from '../fold.ts';
import { stallsOf } from './progress.ts';
import { settlementOf, UNPROVEN } from '../sets-queues-counters/final-reads.ts';
import type { Checker, Finding } from '../types.ts';

/**
 * What the run itself observed of the cluster: whether it came back after the faults were healed (event `settled`,
 * value `{settled, evidence, unrecovered}`), and whether two nodes ever were primary at once (events `primaries`,
 * value = the nodes that said so when asked together), and whether it answered while a majority was healthy.
 */
export const recovery: Checker = {
  name: 'recovery',
  title: 'Recovery after heal, and at most one primary',
  anomalies: ['no-recovery', 'not-settled', 'split-brain', 'no-progress'],
  check: (history) => {
    const findings = [...recoveryOf(history), ...splitBrainOf(history), ...stallsOf(history)];
    const open = unprovenOf(history);
    const valid = findings.some((f) => f.certain) ? false : open === null ? true : 'unknown';
    return { checker: 'recovery', valid, findings, ...(open === null ? {} : { reason: open }) };
  },
};

/** Why it is not known whether the cluster settled, null when it is: a busy machine is no finding about a database. */
function unprovenOf(history: History): string | null {
  const settlement = settlementOf(history);
  if (settlement === null || settlement.settled || !settlement.evidence.startsWith(UNPROVEN)) return null;
  return `whether the cluster settled is ${settlement.evidence}`;
}

function recoveryOf(history: History): Finding[] {
  const settlement = settlementOf(history);
  if (settlement === null) return [];
  const { settled, unrecovered, evidence, index } = settlement;
  const witness = witnessOf(index);
  const because = evidence === '' ? '' : `: ${evidence}`;
  if (unrecovered.length > 0)
    return [
      {
        name: 'no-recovery',
        certain: true,
        witness,
        count: unrecovered.length,
        explanation: `After all faults were healed, ${unrecovered.join(', ')} did not come back${because}.`,
        evidence: { nodes: unrecovered, settled: evidence },
      },
    ];
  if (settled || evidence.startsWith(UNPROVEN)) return [];
  return [
    {
      name: 'not-settled',
      certain: true,
      witness,
      explanation: `After all faults were healed, the replicas did not catch up with each other in time${because}.`,
      evidence: { settled: evidence },
    },
  ];
}

/** Two primaries asked together; runs of the same pair are one instance. */
function splitBrainOf(history: History): Finding[] {
  const id = history.functions.idOf('primaries');
  if (id < 0) return [];
  const found = new Map<string, { nodes: readonly string[]; events: number[] }>();
  let current = '';
  let first = true;
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] !== NEMESIS || history.f[i] !== id) continue;
    const nodes = nodesOf(history.values[i]);
    // Where several lead from the start, leading together is the design.
    if (first && nodes.length > 1) return [];
    first = false;
    const pair = nodes.length > 1 ? nodes.join(', ') : '';
    if (pair !== '' && pair !== current) {
      const known = found.get(pair);
      if (known === undefined) found.set(pair, { nodes, events: [i] });
      else known.events.push(i);
    }
    current = pair;
  }
  return [...found].map(([pair, { nodes, events }]) => ({
    name: 'split-brain',
    certain: true,
    witness: witnessOf(events[0]),
    count: events.length,
    explanation: `${pair} were primary at the same time, ${(history.time[events[0]] / 1e9).toFixed(3)} s into the run (#${events[0]}).`,
    evidence: { nodes, events },
  }));
}

function nodesOf(value: Json): string[] {
  return Array.isArray(value) ? [...new Set(value.map(String))].sort() : [];
}
