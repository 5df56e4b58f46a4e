import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Checker } from '../types.ts';
import { Findings, operationsOf } from './elements.ts';

interface Element {
  readonly value: Json;
  /** Acknowledgements, all attempts that may have taken effect, and failed ones, of enqueues, by event. */
  readonly acknowledged: number[];
  readonly attempted: number[];
  readonly failed: number[];
  readonly out: number[];
}

/**
 * What goes into a queue comes out (Jepsen, `total-queue`): f `enqueue` (value = the element), `dequeue` (`ok` value
 * = the element, null: empty), `drain` (`ok` value = array of what was left). Order is not judged.
 *
 * An element is lost if it was acknowledged and no dequeue or drain returned it; certainly so only if a drain (or a
 * dequeue that found the queue empty) began after all enqueues had ended and no dequeue is indeterminate: such a one
 * may have taken the element with it. Elements out more often than in are duplicates; never enqueued: thin air. O(n).
 */
export const totalQueue: Checker = {
  name: 'total-queue',
  title: 'What goes into the queue comes out, once',
  anomalies: ['lost-element', 'duplicate-delivery', 'unexpected-element', 'failed-write-visible'],
  check: (history) => {
    const operations = operationsOf(history, 'enqueue', 'dequeue', 'drain');
    const elements = new Map<unknown, Element>();
    const at = (value: Json): Element => {
      const known = elements.get(identityOf(value));
      if (known !== undefined) return known;
      const fresh: Element = { value, acknowledged: [], attempted: [], failed: [], out: [] };
      elements.set(identityOf(value), fresh);
      return fresh;
    };
    let lastEnqueue = -1;
    let drained = -1;
    let uncertain = 0;
    for (const { f, type, asked, answer, invoked, completed } of operations) {
      if (f === 'enqueue') {
        if (type === 'fail') at(asked).failed.push(invoked);
        else at(asked).attempted.push(invoked);
        if (type === 'ok') at(asked).acknowledged.push(completed);
        lastEnqueue = Math.max(lastEnqueue, invoked, completed);
      } else if (type === 'info') uncertain++;
      else if (type === 'ok') {
        const out = f === 'drain' ? (Array.isArray(answer) ? (answer as readonly Json[]) : []) : [answer];
        for (const value of out) if (value !== null) at(value).out.push(completed);
        if (f === 'drain' || answer === null) drained = Math.max(drained, invoked);
      }
    }
    const complete = drained > lastEnqueue && uncertain === 0;
    const findings = judge(elements.values(), complete);
    const reason = drained > lastEnqueue ? null : 'the queue was never drained after the last enqueue';
    return findings.verdict('total-queue', reason, {
      elements: elements.size,
      indeterminateDequeues: uncertain,
    });
  },
};

function judge(elements: Iterable<Element>, complete: boolean): Findings {
  const findings = new Findings();
  for (const { value, acknowledged, attempted, failed, out } of elements) {
    const name = JSON.stringify(value);
    if (out.length > 0 && attempted.length === 0) {
      const kind = failed.length > 0 ? 'failed-write-visible' : 'unexpected-element';
      const why = failed.length > 0 ? 'although its enqueue had failed' : 'but nobody had enqueued it';
      findings.add(kind, null, [...failed, out[0]], `${name} was dequeued (#${out[0]}), ${why}.`);
    } else if (out.length > attempted.length)
      findings.add(
        'duplicate-delivery',
        null,
        [...attempted, ...out],
        `${name} was enqueued ${attempted.length} and dequeued ${out.length} times (#${out.join(', #')}).`,
      );
    if (acknowledged.length > out.length)
      findings.add(
        'lost-element',
        null,
        [...acknowledged, ...out],
        `${name} was enqueued (acknowledged: #${acknowledged.join(', #')}), but ${out.length === 0 ? 'never' : `only ${out.length} times`} dequeued.`,
        complete,
      );
  }
  return findings;
}
