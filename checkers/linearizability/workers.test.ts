import { expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput } from '../../harness/history/event.ts';
import { inThisThread, isHard, outcomesOf, searchedTogether } from './workers.ts';
import { judgingRegisters } from './registers.ts';
import type { SearchTask } from './search/task.ts';

/** Keys with two values each; every third reads one that is gone. */
function repeated(keys: number): EventInput[] {
  return Array.from({ length: keys }, (_, key) =>
    [1, 2, 1, 2].flatMap((value, n): EventInput[] => {
      const f = n === 3 ? 'read' : 'write';
      const saw = f === 'read' ? (key % 3 === 0 ? 2 : 1) : value;
      const base = { time: 0, process: 0, f, key };
      return [
        { ...base, type: 'invoke', value: f === 'read' ? null : value },
        { ...base, type: 'ok', value: saw },
      ];
    }),
  ).flat();
}

it('threads find of every key what this one finds', async () => {
  const history = historyOf(repeated(30).map((event, time) => ({ ...event, time })));
  const steps = judgingRegisters(history, null, 1000);
  const first = steps.next();
  const tasks = first.value as readonly SearchTask[];
  const { value } = steps.next(await searchedTogether(tasks, 2));
  const alone = inThisThread(judgingRegisters(history, null, 1000));
  expect(value).toEqual(alone);
  expect(alone).toMatchObject({ keys: 30, violated: 10 });
  // Easy ones are not worth a thread.
  expect(outcomesOf(tasks, 2)).toBeInstanceOf(Array);
}, 60_000);

it('threads are worth it where keys are hard, not where there are many', () => {
  // Compare-and-sets of five values by thirty clients: eight keys of 10,000 operations, the first of them judged.
  expect(isHard(1_472_718, 10_000, 70_000)).toBe(true);
  expect(isHard(1_472_718, 10_000, 10_000)).toBe(false);
  // A thousand easy keys, and a hard one too small to tell by.
  expect(isHard(500_000, 500_000, 500_000)).toBe(false);
  expect(isHard(100_000, 1_000, 1_000_000)).toBe(false);
});
