import type { Json } from '../../harness/history/event.ts';
import { inOrder, type ReplicatedOperation } from '../crdts/operations.ts';
import type { Findings } from '../sets-queues-counters/elements.ts';
import { messagesIn, type Sight } from './log-messages.ts';

/**
 * Of the messages that were acknowledged and never polled (`unseen`): those that stand beyond where a client, in the
 * phase of final reads (which begins at event `end`), was told that there is nothing more.
 */
export function judgeEnd(
  key: Json,
  ops: readonly ReplicatedOperation[],
  unseen: readonly Sight[],
  end: number,
  findings: Findings,
): void {
  /** By session, the event that put it where it is, and the offset that comes next. */
  const position = new Map<number, { readonly event: number; readonly next: number }>();
  const told = new Set<Sight>();
  for (const { op, begins } of inOrder(ops)) {
    if (begins || op.type !== 'ok') continue;
    if (op.f === 'seek' && typeof op.asked === 'number')
      position.set(op.session, { event: op.completed, next: op.asked });
    if (op.f !== 'poll') continue;
    const last = messagesIn(op.answer, op.completed).at(-1);
    if (last !== undefined) position.set(op.session, { event: op.completed, next: last.offset + 1 });
    const from = position.get(op.session);
    if (last !== undefined || from === undefined || op.invoked < end) continue;
    for (const lost of unseen) {
      if (lost.offset < from.next || lost.event > op.invoked || told.has(lost)) continue;
      told.add(lost);
      findings.add(
        'lost-message',
        key,
        [lost.event, from.event, op.invoked, op.completed],
        `${JSON.stringify(lost.value)} was acknowledged at offset ${lost.offset} of log ${JSON.stringify(key)} (#${lost.event}); in the end there was nothing from offset ${from.next} on (#${op.completed}, after #${from.event}).`,
      );
    }
  }
}
