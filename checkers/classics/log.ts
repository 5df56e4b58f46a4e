import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { inOrder, objectsOf, type ReplicatedOperation } from '../crdts/operations.ts';
import { Findings } from '../sets-queues-counters/elements.ts';
import { finalPhase, settlementOf } from '../sets-queues-counters/final-reads.ts';
import type { Checker } from '../types.ts';
import { judgeEnd } from './log-end.ts';
import { messagesIn, type Sight } from './log-messages.ts';

/** One step of a client through a log: from one polled message to the next. */
interface Step {
  readonly from: Sight;
  readonly to: Sight;
}

/**
 * Logs as Kafka's (after Jepsen's `kafka`): key = the log, f `send` (value = a unique message, `ok` value =
 * `[offset, message]`), `poll` (`ok` value = array of `[offset, message]`, what comes next for that session), `seek`
 * (value = the offset to go on from). Offsets may have gaps. At the end of a run, once the replicas have settled, a poll
 * that brings nothing shows where a log ends: what was acknowledged beyond is lost. O(n log n).
 */
export const log: Checker = {
  name: 'log',
  title: 'Logs: lost, doubled, reordered and skipped messages',
  anomalies: [
    'lost-message',
    'duplicate-message',
    'inconsistent-offset',
    'reordered-messages',
    'skipped-poll',
    'nonmonotonic-poll',
    'unexpected-element',
    'failed-write-visible',
  ],
  check: (history) => {
    const findings = new Findings();
    const stats = { logs: 0, sent: 0, polled: 0, unseen: 0 };
    const settled = settlementOf(history)?.settled === true;
    const end = settled ? finalPhase(history) : -1;
    for (const [key, ops] of objectsOf(history, 'send', 'poll', 'seek')) {
      stats.logs++;
      judge(key, ops, end, findings, stats);
    }
    const reason = stats.polled === 0 ? 'no message was polled' : null;
    return findings.verdict('log', reason, stats);
  },
};

interface Stats {
  sent: number;
  polled: number;
  unseen: number;
}

/** `end`: the event from which on polls show where the log ends, -1 if there is none. */
function judge(
  key: Json,
  ops: readonly ReplicatedOperation[],
  end: number,
  findings: Findings,
  stats: Stats,
): void {
  const sends = ops.filter((op) => op.f === 'send');
  const sent: Sight[] = sends.flatMap((op) => {
    const [message] = op.type === 'ok' ? messagesIn([op.answer], op.completed) : [];
    return message === undefined ? [] : [message];
  });
  const { polled, steps } = pollsOf(key, ops, findings);
  stats.sent += sent.length;
  stats.polled += polled.length;
  judgeSights(key, [...sent, ...polled], findings);
  judgeOrigins(key, sends, polled, findings);
  judgeOrder(key, sends, findings);
  const seen = new Set(polled.map(({ value }) => identityOf(value)));
  const unseen = sent.filter(({ value }) => !seen.has(identityOf(value)));
  stats.unseen += unseen.length;
  judgeSteps(key, steps, polled, unseen, findings);
  if (end >= 0 && unseen.length > 0) judgeEnd(key, ops, unseen, end, findings);
}

/** All polled messages, and each session's way through them; going back is told at once. */
function pollsOf(
  key: Json,
  ops: readonly ReplicatedOperation[],
  findings: Findings,
): { polled: Sight[]; steps: Step[] } {
  const polled: Sight[] = [];
  const steps: Step[] = [];
  const position = new Map<number, Sight>();
  for (const { op, begins } of inOrder(ops)) {
    if (op.f === 'seek') position.delete(op.session);
    if (begins || op.f !== 'poll' || op.type !== 'ok') continue;
    for (const to of messagesIn(op.answer, op.completed)) {
      polled.push(to);
      const from = position.get(op.session);
      position.set(op.session, to);
      if (from !== undefined && to.offset > from.offset) steps.push({ from, to });
      else if (from !== undefined) {
        const why = `Session ${op.sessionName} polled offset ${from.offset} of log ${JSON.stringify(key)} (#${from.event}), then ${to.offset} (#${to.event}).`;
        findings.add('nonmonotonic-poll', key, [from.event, to.event], why);
      }
    }
  }
  return { polled, steps };
}

/** Each offset holds one message, each message stands at one offset. */
function judgeSights(key: Json, sights: readonly Sight[], findings: Findings): void {
  const at = new Map<number, Sight>();
  const of = new Map<unknown, Sight>();
  for (const sight of sights) {
    const { offset, value, event } = sight;
    const identity = identityOf(value);
    const other = at.get(offset);
    if (other === undefined) at.set(offset, sight);
    else if (identityOf(other.value) !== identity) {
      const why = `Offset ${offset} of log ${JSON.stringify(key)} held ${JSON.stringify(other.value)} (#${other.event}) and ${JSON.stringify(value)} (#${event}).`;
      findings.add('inconsistent-offset', key, [other.event, event], why);
    }
    const twin = of.get(identity);
    if (twin === undefined) of.set(identity, sight);
    else if (twin.offset !== offset) {
      const why = `${JSON.stringify(value)} stands at offsets ${twin.offset} (#${twin.event}) and ${offset} (#${event}) of log ${JSON.stringify(key)}.`;
      findings.add('duplicate-message', key, [twin.event, event], why);
    }
  }
}

/** Every message was sent before, by a send that did not fail. */
function judgeOrigins(
  key: Json,
  sends: readonly ReplicatedOperation[],
  polled: readonly Sight[],
  findings: Findings,
): void {
  const origin = new Map<unknown, ReplicatedOperation>();
  for (const send of sends) {
    const known = origin.get(identityOf(send.asked));
    if (known === undefined || known.type === 'fail') origin.set(identityOf(send.asked), send);
  }
  for (const { value, event } of polled) {
    const send = origin.get(identityOf(value));
    const what = `${JSON.stringify(value)} was polled from log ${JSON.stringify(key)} (#${event})`;
    if (send === undefined || send.invoked > event)
      findings.add(
        'unexpected-element',
        key,
        [event, send?.invoked ?? -1],
        `${what}, but nobody had sent it.`,
      );
    else if (send.type === 'fail')
      findings.add(
        'failed-write-visible',
        key,
        [send.completed, event],
        `${what}, although its send had failed (#${send.completed}).`,
      );
  }
}

/** A message sent after another was acknowledged stands behind it. */
function judgeOrder(key: Json, sends: readonly ReplicatedOperation[], findings: Findings): void {
  let furthest: Sight | null = null;
  const atBegin = new Map<ReplicatedOperation, Sight | null>();
  for (const { op, begins } of inOrder(sends.filter((send) => send.type === 'ok'))) {
    if (begins) {
      atBegin.set(op, furthest);
      continue;
    }
    const [sight] = messagesIn([op.answer], op.completed);
    if (sight === undefined) continue;
    const before = atBegin.get(op)!;
    if (before !== null && before.offset > sight.offset) {
      const why = `${JSON.stringify(before.value)} was acknowledged at offset ${before.offset} (#${before.event}) before ${JSON.stringify(sight.value)} was sent (#${op.invoked}), which got offset ${sight.offset} (#${sight.event}).`;
      findings.add('reordered-messages', key, [before.event, op.invoked, sight.event], why);
    }
    if (furthest === null || sight.offset > furthest.offset) furthest = sight;
  }
}

/** What clients stepped over: messages that others polled, and acknowledged ones that nobody ever polled. */
function judgeSteps(
  key: Json,
  steps: readonly Step[],
  polled: readonly Sight[],
  unseen: readonly Sight[],
  findings: Findings,
): void {
  const known = [...polled].sort((a, b) => a.offset - b.offset);
  const missing = [...unseen].sort((a, b) => a.offset - b.offset);
  const found: { readonly name: string; readonly witness: readonly number[]; readonly why: string }[] = [];
  for (const { from, to } of steps) {
    const who = `a client polled offset ${from.offset} of log ${JSON.stringify(key)} (#${from.event}) and next ${to.offset} (#${to.event})`;
    const skipped = firstAbove(known, from.offset);
    if (skipped !== undefined && skipped.offset < to.offset) {
      const why = `Offset ${skipped.offset} (${JSON.stringify(skipped.value)}, polled by #${skipped.event}) was skipped: ${who}.`;
      found.push({ name: 'skipped-poll', witness: [from.event, to.event, skipped.event], why });
    }
    const lost = firstAbove(missing, from.offset);
    if (lost === undefined || lost.offset >= to.offset) continue;
    const why = `${JSON.stringify(lost.value)} was acknowledged at offset ${lost.offset} (#${lost.event}) and never polled: ${who}.`;
    found.push({ name: 'lost-message', witness: [lost.event, from.event, to.event], why });
  }
  // The first is shown: one that a single poll proves, or two, before those that take three.
  const size = (witness: readonly number[]): number => new Set(witness).size;
  found.sort((a, b) => size(a.witness) - size(b.witness));
  for (const { name, witness, why } of found) findings.add(name, key, witness, why);
}

function firstAbove(sorted: readonly Sight[], offset: number): Sight | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle].offset <= offset) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}
