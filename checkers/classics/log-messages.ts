import type { Json } from '../../harness/history/event.ts';

/** One sight of a message: at this offset, by this event (of an acknowledged send, or of a poll). */
export interface Sight {
  readonly offset: number;
  readonly value: Json;
  readonly event: number;
}

/** What a send was answered (in a list), or what a poll brought. */
export function messagesIn(value: Json, event: number): Sight[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).flatMap((entry) => {
    const [offset, message]: readonly Json[] = Array.isArray(entry) ? (entry as readonly Json[]) : [];
    return typeof offset === 'number' ? [{ offset, value: message ?? null, event }] : [];
  });
}
