import { describe, expect, it } from 'vitest';
import { readHistorySync } from '../../harness/history/reader.ts';
import { linearizability } from './linearizability.ts';
import { publicHistories } from './testing/public-histories.ts';

const histories = publicHistories();

describe.skipIf(histories.length === 0)('public histories get their known verdicts', () => {
  it.each(histories)('$name', ({ path, model, valid }) => {
    const { history, initial } = readHistorySync(path);
    expect(linearizability.check(history, { initial, ...(model && { model }) })).toMatchObject({ valid });
  });
});
