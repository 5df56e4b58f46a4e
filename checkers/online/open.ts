// Operations that have not completed yet.
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { eventAt, INVOKE, type History } from '../../harness/history/history.ts';

/** The first event of an operation that has not completed yet. */
export function firstOpen(history: History): number {
  for (let i = 0; i < history.length; i++)
    if (history.process[i] >= 0 && history.type[i] === INVOKE && history.pair[i] < 0) return i;
  return history.length;
}

/** The history if every operation that is open now had failed; the very same if none is. */
export function withoutOpen(history: History): History {
  if (firstOpen(history) === history.length) return history;
  const builder = new HistoryBuilder();
  for (let i = 0; i < history.length; i++) builder.add(eventAt(history, i));
  for (let i = 0; i < history.length; i++)
    if (history.process[i] >= 0 && history.type[i] === INVOKE && history.pair[i] < 0)
      builder.add({ ...eventAt(history, i), time: history.time[history.length - 1], type: 'fail' });
  return builder.build();
}
