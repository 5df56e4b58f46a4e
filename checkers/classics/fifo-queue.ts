import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Model } from '../linearizability/models/model.ts';
import { queue } from '../linearizability/models/queue.ts';
import { judgeEach } from '../linearizability/objects.ts';
import { objectsOf } from '../linearizability/search/objects.ts';
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
 * An indeterminate enqueue counts if its element came out. An indeterminate dequeue may have taken any acknowledged
 * element that nobody saw again: those then prove nothing. Where there are any, or an element was enqueued twice, and
 * without a finding, the queue is left to the general search. O(n log n) otherwise.
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
    'non-linearizable',
  ],
  check: (history, { budget = BUDGET }) => {
    const findings = new Findings();
    const queues = new Map<Json, Operation[]>();
    for (const op of operationsOf(history, 'enqueue', 'dequeue')) {
      const known = queues.get(op.key);
      if (known === undefined) queues.set(op.key, [op]);
      else known.push(op);
    }
    const tally = { queues: queues.size, elements: 0, indeterminateDequeues: 0, searched: 0 };
    const open = new Set(
      [...queues].filter(([key, ops]) => !judge(key, ops, findings, tally)).map(([k]) => k),
    );
    tally.searched = open.size;
    if (queues.size === 0) return findings.verdict('fifo-queue', 'no queue operation', tally);
    if (open.size === 0) return findings.verdict('fifo-queue', null, tally);
    const keyOf = (id: number): Json => (id === 0 ? null : history.keys.valueOf(id - 1));
    const objects = objectsOf(history, QUEUE).filter(({ key }) => open.has(keyOf(key)));
    const searched = judgeEach(history, objects, QUEUE, [], budget);
    for (const { name, key, witness, explanation, evidence, count } of searched.findings)
      findings.add(name, key ?? null, witness, explanation, true, { ...evidence, queues: count ?? 1 });
    const { length } = searched.undecided;
    const reason = `indeterminate dequeues may have taken what is missing from ${length} of ${queues.size} queues: the search for an order used up its budget`;
    return findings.verdict('fifo-queue', length > 0 ? reason : null, tally);
  },
};

const QUEUE = queue as unknown as Model;
/** Configurations that the search may explore for one queue. */
const BUDGET = 1_000_000;

interface Tally {
  elements: number;
  indeterminateDequeues: number;
}

/** False where no finding means nothing. */
function judge(key: Json, ops: readonly Operation[], findings: Findings, tally: Tally): boolean {
  const before = findings.size;
  const enqueues = new Map<unknown, Operation>();
  const failed = new Map<unknown, Operation>();
  let repeated = false;
  for (const op of ops) {
    if (op.f !== 'enqueue') continue;
    const identity = identityOf(op.asked);
    if (op.type === 'fail') failed.set(identity, op);
    else if (enqueues.has(identity)) repeated = true;
    else enqueues.set(identity, op);
  }
  tally.elements += enqueues.size;
  if (repeated) return false;
  const dequeues = new Map<unknown, Operation>();
  const empties: Operation[] = [];
  const indeterminate: Operation[] = [];
  for (const op of ops) {
    if (op.f !== 'dequeue' || op.type === 'fail') continue;
    if (op.type === 'info') indeterminate.push(op);
    else if (op.answer === null) empties.push(op);
    else impossible(key, op, enqueues, failed, dequeues, findings);
  }
  tally.indeterminateDequeues += indeterminate.length;
  const lives: Life[] = [];
  const missing: Operation[] = [];
  for (const [identity, enqueue] of enqueues) {
    const dequeue = dequeues.get(identity) ?? null;
    // Nobody saw it come out: an indeterminate enqueue may not have happened, an indeterminate dequeue may have it.
    if (dequeue === null && enqueue.type !== 'ok') continue;
    if (dequeue === null && indeterminate.length > 0) missing.push(enqueue);
    else lives.push(lifeOf(enqueue, dequeue));
  }
  judgeOrder(key, lives, findings);
  judgeEmpty(key, lives, empties, findings);
  return findings.size > before || explains(lives, missing, indeterminate, empties);
}

function lifeOf(enqueue: Operation, dequeue: Operation | null): Life {
  const returned = enqueue.type === 'ok' ? enqueue.completed : Infinity;
  const inside = Math.min(returned, dequeue?.completed ?? Infinity);
  return { value: enqueue.asked, enqueue, dequeue, inside, until: dequeue?.invoked ?? Infinity };
}

/** Is all well if the first of the missing elements went to the first indeterminate dequeue, and so on? */
function explains(
  lives: readonly Life[],
  missing: readonly Operation[],
  indeterminate: readonly Operation[],
  empties: readonly Operation[],
): boolean {
  const supposed = missing.map((enqueue, i) =>
    lifeOf(enqueue, i < indeterminate.length ? { ...indeterminate[i], completed: Infinity } : null),
  );
  const findings = new Findings();
  judgeOrder(null, [...lives, ...supposed], findings);
  judgeEmpty(null, [...lives, ...supposed], empties, findings);
  return findings.size === 0;
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
    const { invoked, completed } = longest.enqueue;
    const at = completed < 0 ? invoked : completed;
    const out =
      longest.dequeue === null
        ? 'never came out'
        : `was still inside (dequeued by #${longest.dequeue.completed})`;
    findings.add(
      'queue-order',
      key,
      [
        at,
        later.enqueue.completed,
        later.enqueue.invoked,
        later.dequeue!.completed,
        longest.dequeue?.completed ?? -1,
      ],
      `${first} was enqueued (#${at}) before ${second} (#${later.enqueue.invoked}), but ${second} came out (#${later.dequeue!.completed}) while ${first} ${out}.`,
    );
  }
}
