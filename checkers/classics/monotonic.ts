import type { Json } from '../../harness/history/event.ts';
import { Findings, operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import { inOrder } from '../crdts/operations.ts';
import type { Checker } from '../types.ts';

/** An operation that returned a number, and whether it had made it greater. */
interface Shown {
  readonly op: Operation;
  readonly value: number;
  readonly grew: boolean;
}

/**
 * A register that only grows: f `read` (`ok` value = a number, null before the first), `inc` (`ok` value = the number
 * after it), `cas` (value = `[old, new]`, new > old). Whatever began after another operation had returned shows no less
 * than that one did; if it grew the number itself, more. Two that grew it to the same number lost an update. O(n).
 */
export const monotonic: Checker = {
  name: 'monotonic',
  title: 'A number that only grows',
  anomalies: ['non-monotonic', 'lost-update'],
  check: (history) => {
    const findings = new Findings();
    const registers = new Map<Json, Operation[]>();
    for (const op of operationsOf(history, 'read', 'inc', 'cas'))
      if (registers.has(op.key)) registers.get(op.key)!.push(op);
      else registers.set(op.key, [op]);
    let shown = 0;
    for (const [key, ops] of registers) shown += judge(key, ops, findings);
    return findings.verdict('monotonic', shown === 0 ? 'no operation returned a number' : null, { shown });
  },
};

function judge(key: Json, ops: readonly Operation[], findings: Findings): number {
  /** The greatest number returned so far, and what it was when each open operation began. */
  let greatest: Shown | null = null;
  const atBegin = new Map<Operation, Shown | null>();
  const grown = new Map<number, Shown>();
  let count = 0;
  for (const { op, begins } of inOrder(ops)) {
    if (begins) {
      atBegin.set(op, greatest);
      continue;
    }
    const before = atBegin.get(op)!;
    atBegin.delete(op);
    const shown = shownBy(op);
    if (shown === null) continue;
    count++;
    const { value, grew } = shown;
    if (before !== null && (value < before.value || (grew && value === before.value))) {
      const why = `#${op.completed} (${op.f}) returned ${value}, although #${before.op.completed} had returned ${before.value} before it began (#${op.invoked}).`;
      findings.add('non-monotonic', key, [before.op.completed, op.invoked, op.completed], why);
    }
    const twin = grew ? grown.get(value) : undefined;
    if (twin !== undefined) {
      const why = `#${twin.op.completed} and #${op.completed} both grew the number to ${value}: one of the two is lost.`;
      findings.add('lost-update', key, [twin.op.completed, op.completed], why);
    } else if (grew) grown.set(value, shown);
    if (greatest === null || value > greatest.value) greatest = shown;
  }
  return count;
}

function shownBy(op: Operation): Shown | null {
  const { f, type, answer, asked } = op;
  if (type !== 'ok') return null;
  if (f !== 'cas') return typeof answer === 'number' ? { op, value: answer, grew: f === 'inc' } : null;
  const next: Json = Array.isArray(asked) ? (asked[1] as Json) : null;
  return answer !== false && typeof next === 'number' ? { op, value: next, grew: true } : null;
}
