import { expect, it } from 'vitest';
import { fuzzRuns } from '../../checkers/testing/runs.ts';
import { OK } from '../../harness/history/history.ts';
import { fuzzReader } from '../../harness/history/testing/fuzz.ts';
import { judgeHistory } from './judge-history.ts';
import { checkersFor } from './promise.ts';

it('no damaged file crashes a checker, and none is valid in which nothing completed', async () => {
  const pending: Promise<void>[] = [];
  let judged = 0;
  fuzzReader(fuzzRuns(500), 7, ({ history, initial }) => {
    const empty = !history.type.some((type, i) => type === OK && history.process[i] >= 0);
    for (const guarantee of ['linearizable', 'sequential', 'regular', 'causal-memory', 'strict-serializable'])
      pending.push(
        judgeHistory({
          history,
          checkers: checkersFor([guarantee]),
          options: { initial, consistency: [guarantee], budget: 100_000 },
          promise: { guarantee: [guarantee], tolerates: null },
          vacuous: [],
          error: null,
        }).then(({ outcome }) => {
          judged++;
          if (empty) expect(outcome).not.toBe('valid');
        }),
      );
  });
  await Promise.all(pending);
  expect(judged).toBeGreaterThan(fuzzRuns(150));
});
