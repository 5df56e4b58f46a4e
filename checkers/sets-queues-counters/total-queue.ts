import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Checker } from '../types.ts';
import { Findings, operationsOf, type Operation } from './elements.ts';

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
 * dequeue that found the queue empty) began after all enqueues had ended, and more are lost than there are indeterminate
 * dequeues: each may have taken one with it (an indeterminate drain all). Elements out more often than in are
 * duplicates; never enqueued: thin air. Each key is a queue. O(n).
 */
export const totalQueue: Checker = {
  name: 'total-queue',
  title: 'What goes into the queue comes out, once',
  anomalies: ['lost-element', 'duplicate-delivery', 'unexpected-element', 'failed-write-visible'],
  check: (history) => {
    const queues = new Map<Json, Operation[]>();
    for (const op of operationsOf(history, 'enqueue', 'dequeue', 'drain')) {
      const known = queues.get(op.key);
      if (known === undefined) queues.set(op.key, [op]);
      else known.push(op);
    }
    const findings = new Findings();
    const stats = { queues: queues.size, elements: 0, indeterminateDequeues: 0 };
    let undrained = 0;
    for (const [key, operations] of queues) {
      const contents = contentsOf(operations);
      stats.elements += contents.elements.length;
      stats.indeterminateDequeues += contents.uncertain.length;
      if (contents.drained < 0) undrained++;
      judge(key, contents, findings);
    }
    const reason = `${undrained} of ${queues.size} queues were never drained after the last enqueue`;
    return findings.verdict('total-queue', undrained > 0 || queues.size === 0 ? reason : null, stats);
  },
};

interface Contents {
  readonly elements: readonly Element[];
  /** What showed that the queue was empty after the last enqueue had ended: a completion, -1 if nothing did. */
  readonly drained: number;
  /** Indeterminate dequeues and drains. */
  readonly uncertain: readonly Operation[];
}

function contentsOf(operations: readonly Operation[]): Contents {
  const elements = new Map<unknown, Element>();
  const at = (value: Json): Element => {
    const known = elements.get(identityOf(value));
    if (known !== undefined) return known;
    const fresh: Element = { value, acknowledged: [], attempted: [], failed: [], out: [] };
    elements.set(identityOf(value), fresh);
    return fresh;
  };
  let lastEnqueue = -1;
  let drained: Operation | null = null;
  const uncertain: Operation[] = [];
  for (const op of operations) {
    const { f, type, asked, answer, invoked, completed } = op;
    if (f === 'enqueue') {
      if (type === 'fail') at(asked).failed.push(invoked);
      else at(asked).attempted.push(invoked);
      if (type === 'ok') at(asked).acknowledged.push(completed);
      lastEnqueue = Math.max(lastEnqueue, invoked, completed);
    } else if (type === 'info') uncertain.push(op);
    else if (type === 'ok') {
      const out = f === 'drain' ? (Array.isArray(answer) ? (answer as readonly Json[]) : []) : [answer];
      for (const value of out) if (value !== null) at(value).out.push(completed);
      if (f === 'drain' || answer === null) drained = op;
    }
  }
  return {
    elements: [...elements.values()],
    drained: drained !== null && drained.invoked > lastEnqueue ? drained.completed : -1,
    uncertain,
  };
}

function judge(key: Json, { elements, drained, uncertain }: Contents, findings: Findings): void {
  const lost: Element[] = [];
  for (const element of elements) {
    const { value, acknowledged, attempted, failed, out } = element;
    const name = JSON.stringify(value);
    const first = Math.min(...out);
    if (out.length > 0 && !attempted.some((enqueue) => enqueue < first)) {
      const kind = failed.length > 0 ? 'failed-write-visible' : 'unexpected-element';
      const why = failed.length > 0 ? 'although its enqueue had failed' : 'but nobody had enqueued it';
      findings.add(kind, key, [...failed.slice(0, 1), first], `${name} was dequeued (#${first}), ${why}.`);
    } else if (out.length > attempted.length)
      findings.add(
        'duplicate-delivery',
        key,
        [...attempted, ...oftenest(out).slice(0, attempted.length + 1)],
        `${name} was enqueued ${attempted.length} and dequeued ${out.length} times (#${out.join(', #')}).`,
      );
    if (acknowledged.length > out.length) lost.push(element);
  }
  const missing = lost.reduce((sum, { acknowledged, out }) => sum + acknowledged.length - out.length, 0);
  const emptied = uncertain.some(({ f }) => f === 'drain');
  if (drained >= 0 && uncertain.length > 0 && !emptied && missing > uncertain.length) {
    // One more than the indeterminate dequeues can have taken.
    let more = 0;
    const proof = lost.filter(({ acknowledged, out }) => {
      const needed = more <= uncertain.length;
      more += acknowledged.length - out.length;
      return needed;
    });
    findings.add(
      'lost-element',
      key,
      [...proof.flatMap((e) => [...e.acknowledged, ...e.out]), ...uncertain.map((op) => op.invoked), drained],
      `${missing} acknowledged elements never came out, the first of them ${JSON.stringify(lost[0].value)} (#${lost[0].acknowledged[0]}); only ${uncertain.length} dequeues are indeterminate, and the queue was empty in the end (#${drained}).`,
    );
  } else
    for (const { value, acknowledged, out } of lost)
      findings.add(
        'lost-element',
        key,
        [...acknowledged.slice(0, out.length + 1), ...out, drained],
        `${JSON.stringify(value)} was enqueued (acknowledged: #${acknowledged.join(', #')}), but ${out.length === 0 ? 'never' : `only ${out.length} times`} dequeued.`,
        drained >= 0 && uncertain.length === 0,
      );
}

/** The same events, those first that stand there most often: a drain may bring an element several times. */
function oftenest(events: readonly number[]): number[] {
  const times = (event: number): number => events.filter((other) => other === event).length;
  return [...events].sort((a, b) => times(b) - times(a) || a - b);
}
