import type { History } from '../../harness/history/history.ts';
import { closure } from '../guarantees.ts';
import { Findings } from '../sets-queues-counters/elements.ts';
import { finalPhase, settlementOf } from '../sets-queues-counters/final-reads.ts';
import type { CheckOptions, Checker, Verdict } from '../types.ts';
import { finalsOf, inOrder, objectsOf } from './operations.ts';
import { judgeFinalSet } from './set-finals.ts';
import { SetState } from './set-state.ts';

/**
 * Replicated sets (G-Set, OR-Set): f `add`, `remove` (value = the element), `read` (`ok` value = array of the
 * elements), from every replica at the end. A remove takes away the adds that its replica has seen; what it saw is not
 * in the history, so a remove may have seen any add that was invoked before it returned, its client's or not:
 *
 * - an element must be there only if its add was invoked after every remove of it had returned (those that never
 *   returned may strike at any time): at the end, or in a read of the session that added it or had read it;
 * - an element must be gone only if every add of it was certainly seen by some acknowledged remove: the remove's session
 *   had made the add, or had read the element when that add alone could have put it there. That rests on the sessions
 *   being sticky: a roaming one's remove may reach a replica without the add, so it is certain only where
 *   read-your-writes (and, if by reading, monotonic-reads) is promised too.
 *
 * O(length of the reads and of what their sessions must find). Sound; complete for sets without concurrent removes.
 */
export const crdtSet: Checker = {
  name: 'crdt-set',
  title: 'Replicated sets: lost adds, resurrected elements',
  anomalies: [
    'lost-add',
    'resurrected-element',
    'unexpected-element',
    'failed-write-visible',
    'duplicate-element',
    'read-your-writes',
    'monotonic-reads',
    'divergence',
  ],
  check: checkSets,
};

function checkSets(history: History, options: CheckOptions): Verdict {
  const findings = new Findings();
  const settled = settlementOf(history)?.settled ?? true;
  const phase = finalPhase(history);
  const assumed = closure(options.assume ?? []);
  const objects = objectsOf(history, 'add', 'remove', 'read');
  let reads = 0;
  let unread = 0;
  let elements = 0;
  for (const ops of objects.values()) {
    const finals = finalsOf(history, ops, phase);
    const state = new SetState(history, findings, assumed, phase);
    for (const { op, begins } of inOrder(ops)) {
      if (begins) state.invoked(op);
      else if (op.type === 'ok') state.completed(op);
      if (!begins && op.type === 'ok' && op.f === 'read') reads++;
    }
    elements += state.elements.size;
    if (finals === null) unread++;
    else judgeFinalSet({ history, findings, finals, settled, assumed, elements: state.elements.values() });
  }
  const reason =
    reads === 0
      ? 'no read completed'
      : unread > 0
        ? `${unread} of ${objects.size} sets were not read at the end`
        : null;
  return findings.verdict('crdt-set', reason, { sets: objects.size, elements, reads });
}
