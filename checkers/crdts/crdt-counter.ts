import type { History } from '../../harness/history/history.ts';
import { finalPhase, settlementOf } from '../sets-queues-counters/final-reads.ts';
import { Findings } from '../sets-queues-counters/elements.ts';
import { closure } from '../guarantees.ts';
import type { CheckOptions, Checker, Verdict } from '../types.ts';
import { Amounts } from './amounts.ts';
import { amountOf, type CounterCase } from './counter-case.ts';
import { judgeBounds } from './counter-bounds.ts';
import { judgeFinals } from './counter-finals.ts';
import { judgeExactly } from './counter-exact.ts';
import { finalsOf, objectsOf } from './operations.ts';

/**
 * Replicated counters (G-Counter, PN-Counter): f `add` (value = an integer, negative in a PN-Counter), f `read`
 * (`ok` value = a number), from every replica at the end.
 *
 * - A read on the way contains some of the adds invoked until it returned, each once: among them its session's own
 *   acknowledged ones (read your writes) and, where all amounts are positive, no less than the session had read before
 *   (monotonic reads). What other sessions did may be missing.
 * - At the end every replica contains every acknowledged add once, and some of the indeterminate ones, the same ones.
 *
 * Where the amounts of a counter tell apart all sums (see {@link Amounts}), each read names the adds in it, and the
 * lost or doubled one is named exactly; otherwise bounds are compared. O(n) a counter, times its adds if exact.
 * Sound; complete if exact, within bounds otherwise.
 */
export const crdtCounter: Checker = {
  name: 'crdt-counter',
  title: 'Replicated counters: lost and doubled increments',
  anomalies: [
    'lost-increment',
    'doubled-increment',
    'counter-out-of-bounds',
    'failed-write-visible',
    'read-your-writes',
    'monotonic-reads',
    'divergence',
  ],
  check: checkCounters,
};

function checkCounters(history: History, options: CheckOptions): Verdict {
  const findings = new Findings();
  const settled = settlementOf(history)?.settled ?? true;
  const phase = finalPhase(history);
  const assumed = closure(options.assume ?? []);
  let reads = 0;
  let exact = 0;
  let unread = 0;
  let nameless = 0;
  let undecided = 0;
  const objects = objectsOf(history, 'add', 'read');
  for (const ops of objects.values()) {
    const adds = ops.filter((op) => op.f === 'add');
    const finals = finalsOf(history, ops, phase);
    const one: CounterCase = { history, ops, adds, finals, settled, phase, assumed, findings };
    const amounts = Amounts.of(adds.map(amountOf));
    if (!adds.every((add) => Number.isSafeInteger(amountOf(add)))) {
      nameless++;
      continue;
    }
    if (amounts !== null) exact++;
    if (amounts !== null) judgeExactly(one, amounts);
    else judgeBounds(one);
    if (finals === null) unread++;
    else if (!judgeFinals(one, amounts)) undecided++;
    reads += ops.filter((op) => op.f === 'read' && op.type === 'ok').length;
  }
  const reason =
    reads === 0
      ? 'no read completed'
      : nameless > 0
        ? `adds to ${nameless} counters have no whole number as their amount`
        : undecided > 0
          ? `the indeterminate adds of ${undecided} counters make too many sums: write amounts that tell, as powers of 4`
          : unread > 0
            ? `${unread} of ${objects.size} counters were not read at the end`
            : null;
  return findings.verdict('crdt-counter', reason, { counters: objects.size, exact, reads });
}
