import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { Findings, operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import type { Checker } from '../types.ts';

/**
 * Causal reverse, or comments: strict serializability without transactions. f `add` (value = a unique element),
 * `read` (`ok` value = array of all elements): whoever sees an element sees every one whose add had been acknowledged
 * before the add of that one was invoked. That a read is old as a whole is no matter here. O(length of the reads).
 */
export const causalReverse: Checker = {
  name: 'causal-reverse',
  title: 'A later write is not seen without an earlier one',
  anomalies: ['causal-reverse'],
  check: (history) => {
    const findings = new Findings();
    const objects = new Map<Json, Operation[]>();
    for (const op of operationsOf(history, 'add', 'read'))
      if (objects.has(op.key)) objects.get(op.key)!.push(op);
      else objects.set(op.key, [op]);
    let reads = 0;
    for (const ops of objects.values()) reads += judge(ops, findings);
    return findings.verdict('causal-reverse', reads === 0 ? 'no read completed' : null, { reads });
  },
};

function judge(ops: readonly Operation[], findings: Findings): number {
  const adds = new Map(ops.filter((op) => op.f === 'add').map((op) => [identityOf(op.asked), op]));
  const acknowledged = [...adds.values()].filter((op) => op.type === 'ok');
  acknowledged.sort((a, b) => a.completed - b.completed);
  let reads = 0;
  for (const read of ops) {
    if (read.f !== 'read' || read.type !== 'ok' || !Array.isArray(read.answer)) continue;
    reads++;
    const seen = new Set((read.answer as readonly Json[]).map(identityOf));
    let latest: Operation | null = null;
    for (const element of seen) {
      const add = adds.get(element);
      if (add !== undefined && (latest === null || add.invoked > latest.invoked)) latest = add;
    }
    if (latest === null) continue;
    for (const add of acknowledged) {
      if (add.completed > latest.invoked) break;
      if (seen.has(identityOf(add.asked))) continue;
      const [early, late] = [JSON.stringify(add.asked), JSON.stringify(latest.asked)];
      findings.add(
        'causal-reverse',
        read.key,
        [add.completed, latest.invoked, read.completed],
        `Read #${read.completed} shows ${late} (added by #${latest.invoked}), but not ${early}, whose add had been acknowledged before that (#${add.completed}).`,
      );
      break;
    }
  }
  return reads;
}
