import type { Json } from '../../harness/history/event.ts';
import type { Checker } from '../types.ts';
import { Findings, operationsOf, type Operation } from './elements.ts';

/**
 * Counters with increments and decrements (f `add`, value = the amount; f `read`), after Jepsen's `counter`: a read
 * lies between bounds. The lower one counts what was certainly there, the upper one what was possibly there:
 * an amount is certain if its add was acknowledged before the read began, possible if its add was invoked before the
 * read completed and did not fail (positive amounts raise the upper bound, negative ones the lower). O(n).
 *
 * A value that no set of the possible adds makes by its size alone is out of bounds; one that only lacks what was
 * certain is stale.
 *
 * These are the bounds of a linearizable counter; a value outside them was never that of the counter at any moment of
 * the read. Values inside may still be wrong: the general search decides that for small histories.
 */
export const counter: Checker = {
  name: 'counter',
  title: 'Counter within its bounds',
  anomalies: ['counter-out-of-bounds', 'stale-read'],
  check: (history) => {
    const findings = new Findings();
    const operations = operationsOf(history, 'add', 'read');
    const keys = new Map<Json, Operation[]>();
    for (const op of operations) {
      const known = keys.get(op.key);
      if (known === undefined) keys.set(op.key, [op]);
      else known.push(op);
    }
    let reads = 0;
    for (const [key, ops] of keys) reads += judge(key, ops, findings);
    return findings.verdict('counter', reads === 0 ? 'no read completed' : null, { reads });
  },
};

/** Walks the events of one counter in order; returns how many reads were judged. */
function judge(key: Json, ops: readonly Operation[], findings: Findings): number {
  const events = ops
    .flatMap((op) => [{ at: op.invoked, op }, ...(op.completed < 0 ? [] : [{ at: op.completed, op }])])
    .sort((a, b) => a.at - b.at);
  /** Sums of positive and negative amounts: acknowledged so far, and invoked so far (failed ones left out). */
  const acknowledged = { up: 0, down: 0 };
  const invoked = { up: 0, down: 0 };
  const atBegin = new Map<Operation, { readonly up: number; readonly down: number }>();
  let reads = 0;
  for (const { at, op } of events) {
    if (op.f === 'add') {
      const amount = typeof op.asked === 'number' ? op.asked : 0;
      const sums = at === op.invoked && op.type !== 'fail' ? invoked : op.type === 'ok' ? acknowledged : null;
      if (sums !== null) sums[amount > 0 ? 'up' : 'down'] += amount;
    } else if (op.type === 'ok') {
      const before = atBegin.get(op);
      if (before === undefined) {
        atBegin.set(op, { ...acknowledged });
        continue;
      }
      atBegin.delete(op);
      reads++;
      const low = before.up + invoked.down;
      const high = invoked.up + before.down;
      const { answer } = op;
      const impossible = typeof answer !== 'number' || answer < invoked.down || answer > invoked.up;
      if (impossible || answer < low || answer > high)
        findings.add(
          impossible ? 'counter-out-of-bounds' : 'stale-read',
          key,
          [op.invoked, op.completed],
          `Read #${op.completed} returned ${JSON.stringify(answer)}, but the counter was between ${low} and ${high} all the while.`,
        );
    }
  }
  return reads;
}
