import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { Findings, operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import type { Checker } from '../types.ts';
import { judgeEmpty } from './fifo-empty.ts';

/** An element's life: its enqueue, and its dequeue if one returned it. Bounds are events. */
export interface Life {
  readonly value: Json;
  readonly enqueue: Operation;
  readonly dequeue: Operation | null;
  /** Certainly inside after this event … */
  readonly inside: number;
  /** … and until this one; Infinity if it never came out. */
  readonly until: number;
}

/**
 * Linearizability of a first-in-first-out queue with unique elements: f `enqueue` (value = the element), `dequeue`
 * (`ok` value = the element, null: empty). By the four patterns of Bouajjani et al. (ICALP 2015), which are all the
 * ways in which a queue can fail: an element that nobody enqueued before (fresh), one that came out twice (repeated),
 * two that came out in the wrong order, and an empty queue that never was.
 *
 * An indeterminate enqueue counts if its element came out. An indeterminate dequeue may have taken any element that
 * nobody saw again: those then prove nothing, and without a finding the verdict is unknown. O(n log n).
 */
export const fifoQueue: Checker = {
  name: 'fifo-queue',
  title: 'First in, first out',
  anomalies: [
    'unexpected-element',
    'failed-write-visible',
    'duplicate-delivery',
    'queue-order',
    'false-empty',
  ],
  check: (history) => {
    const findings = new Findings();
    const queues = new Map<Json, Operation[]>();
    for (const op of operationsOf(history, 'enqueue', 'dequeue')) {
      const known = queues.get(op.key);
      if (known === undefined) queues.set(op.key, [op]);
      else known.push(op);
    }
    const tally = { queues: queues.size, elements: 0, indeterminateDequeues: 0, repeated: 0 };
    for (const [key, ops] of queues) judge(key, ops, findings, tally);
    const reason =
      queues.size === 0
        ? 'no queue operation'
        : tally.repeated > 0
          ? `${tally.repeated} elements were enqueued more than once: enqueue unique ones`
          : tally.indeterminateDequeues > 0
            ? `${tally.indeterminateDequeues} indeterminate dequeues may have taken what is missing`
            : null;
    return findings.verdict('fifo-queue', reason, tally);
  },
};

interface Tally {
  elements: number;
  indeterminateDequeues: number;
  repeated: number;
}

function judge(key: Json, ops: readonly Operation[], findings: Findings, tally: Tally): void {
  const enqueues = new Map<unknown, Operation>();
  const failed = new Map<unknown, Operation>();
  for (const op of ops) {
    if (op.f !== 'enqueue') continue;
    const identity = identityOf(op.asked);
    if (op.type === 'fail') failed.set(identity, op);
    else if (enqueues.has(identity)) tally.repeated++;
    else enqueues.set(identity, op);
  }
  const dequeues = new Map<unknown, Operation>();
  const empties: Operation[] = [];
  let indeterminate = 0;
  for (const op of ops) {
    if (op.f !== 'dequeue' || op.type === 'fail') continue;
    if (op.type === 'info') indeterminate++;
    else if (op.answer === null) empties.push(op);
    else impossible(key, op, enqueues, failed, dequeues, findings);
  }
  tally.elements += enqueues.size;
  tally.indeterminateDequeues += indeterminate;
  const lives: Life[] = [];
  for (const [identity, enqueue] of enqueues) {
    const dequeue = dequeues.get(identity) ?? null;
    // Nobody saw it come out: an indeterminate enqueue may not have happened, an indeterminate dequeue may have it.
    if (dequeue === null && (enqueue.type !== 'ok' || indeterminate > 0)) continue;
    const returned = enqueue.type === 'ok' ? enqueue.completed : Infinity;
    const inside = Math.min(returned, dequeue?.completed ?? Infinity);
    lives.push({ value: enqueue.asked, enqueue, dequeue, inside, until: dequeue?.invoked ?? Infinity });
  }
  judgeOrder(key, lives, findings);
  judgeEmpty(key, lives, empties, findings);
}

function impossible(
  key: Json,
  op: Operation,
  enqueues: ReadonlyMap<unknown, Operation>,
  failed: ReadonlyMap<unknown, Operation>,
  dequeues: Map<unknown, Operation>,
  findings: Findings,
): void {
  const identity = identityOf(op.answer);
  const enqueue = enqueues.get(identity);
  const name = JSON.stringify(op.answer);
  const before = dequeues.get(identity);
  if (before !== undefined) {
    const why = `${name} was enqueued once and dequeued twice (#${before.completed}, #${op.completed}).`;
    findings.add('duplicate-delivery', key, [enqueue?.invoked ?? -1, before.completed, op.completed], why);
    return;
  }
  dequeues.set(identity, op);
  const refused = failed.get(identity);
  if (enqueue === undefined && refused !== undefined) {
    const why = `${name} was dequeued (#${op.completed}), although its enqueue had failed (#${refused.completed}).`;
    findings.add('failed-write-visible', key, [refused.completed, op.completed], why);
  } else if (enqueue === undefined || enqueue.invoked > op.completed) {
    const why = `${name} was dequeued (#${op.completed}), but nobody had enqueued it.`;
    findings.add('unexpected-element', key, [op.completed, enqueue?.invoked ?? -1], why);
  }
}

/** An element enqueued before another must not come out after it: sweeps over enqueues, keeping the one that stays longest. */
function judgeOrder(key: Json, lives: readonly Life[], findings: Findings): void {
  const byReturn = [...lives].sort((a, b) => a.inside - b.inside);
  const byInvocation = lives.filter((life) => life.dequeue !== null);
  byInvocation.sort((a, b) => a.enqueue.invoked - b.enqueue.invoked);
  let next = 0;
  let longest: Life | null = null;
  for (const later of byInvocation) {
    while (next < byReturn.length && byReturn[next].inside < later.enqueue.invoked) {
      const candidate = byReturn[next++];
      if (longest === null || candidate.until > longest.until) longest = candidate;
    }
    if (longest === null || longest === later || longest.until <= later.dequeue!.completed) continue;
    const [first, second] = [JSON.stringify(longest.value), JSON.stringify(later.value)];
    const out =
      longest.dequeue === null
        ? 'never came out'
        : `was still inside (dequeued by #${longest.dequeue.completed})`;
    findings.add(
      'queue-order',
      key,
      [
        longest.enqueue.completed,
        later.enqueue.completed,
        later.enqueue.invoked,
        later.dequeue!.completed,
        longest.dequeue?.completed ?? -1,
      ],
      `${first} was enqueued (#${longest.enqueue.completed}) before ${second} (#${later.enqueue.invoked}), but ${second} came out (#${later.dequeue!.completed}) while ${first} ${out}.`,
    );
  }
}
