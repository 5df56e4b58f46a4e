import { HistoryBuilder } from './builder.ts';
import { eventAt, type History } from './history.ts';
import type { Json } from './event.ts';

/**
 * The history of some of its events, in their order: `keep` is asked of every event, and must keep both halves of an
 * operation or neither. `valueOf` may give an event another value (a projection).
 * @throws MalformedHistory when it keeps a completion without its invocation.
 */
export function partOf(
  history: History,
  keep: (index: number) => boolean,
  valueOf?: (index: number) => Json,
): History {
  const builder = new HistoryBuilder();
  for (let i = 0; i < history.length; i++) {
    if (!keep(i)) continue;
    const event = eventAt(history, i);
    builder.add(valueOf ? { ...event, value: valueOf(i) } : event);
  }
  return builder.build();
}
