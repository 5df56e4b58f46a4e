import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import type { CheckOptions, Finding, Verdict } from '../types.ts';
import { linearizability } from './linearizability.ts';

type Step = readonly EventInput[];
const begin = (process: number, f: string, value: Json = null, key: Json = null): Step => [
  { time: 0, process, type: 'invoke', f, value, key },
];
const end = (process: number, f: string, value: Json, key: Json = null): Step => [
  { time: 0, process, type: 'ok', f, value, key },
];
const write = (process: number, value: Json, key: Json = null): Step => [
  ...begin(process, 'write', value, key),
  ...end(process, 'write', value, key),
];
const read = (process: number, saw: Json): Step => [...begin(process, 'read'), ...end(process, 'read', saw)];
const refused = (process: number, pair: Json): Step => [
  ...begin(process, 'cas', pair),
  ...end(process, 'cas', false),
];

const judged = (steps: readonly Step[], options: CheckOptions = {}): Verdict =>
  linearizability.check(historyOf(steps.flat()), options) as Verdict;
const only = (steps: readonly Step[], options: CheckOptions = {}): Finding => {
  const { findings } = judged(steps, options);
  expect(findings).toHaveLength(1);
  return findings[0];
};

describe('what the search refutes is shown', () => {
  /** After two writes at once had both returned, the register can only have kept one. */
  const together = [
    ...begin(1, 'write', 1),
    ...begin(2, 'write', 2),
    ...end(1, 'write', 1),
    ...end(2, 'write', 2),
  ];
  const both = [...read(3, 1), ...read(3, 2)];

  it('without the past, of which nothing matters, and without what came after', () => {
    const steps = [write(1, 1), read(3, 1), together, both, write(1, 1), read(3, 1)];
    expect(only(steps)).toMatchObject({ name: 'non-linearizable', witness: [8, 9, 10, 11] });
  });

  it('without the reads that it does not need', () => {
    const early = [...begin(3, 'read'), ...read(4, 1), ...read(6, 1), ...end(3, 'read', 2)];
    const { witness } = only([write(5, 1), write(5, 1), begin(2, 'write', 2), early, read(4, 1)]);
    expect(witness).toEqual([4, 5, 10, 11, 12]);
  });

  it('without the refused compare-and-sets that it does not need', () => {
    const between = [...refused(4, [7, 8]), ...refused(4, [9, 8])];
    const { witness } = only([write(5, 1), together, read(3, 1), between, read(3, 2)]);
    expect(witness).toEqual([6, 7, 12, 13]);
  });

  it('with the writes of a key-value store, whose loss would be a wrong of its own', () => {
    const steps = [write(1, 'a'), read(2, 'a'), write(1, 'b'), read(2, 'b'), read(2, 'a')];
    expect(only(steps, { model: 'kv', initial: '' }).witness).toEqual([0, 1, 4, 5, 8, 9]);
  });
});

it('counts what is wrong alike', () => {
  expect(only([write(1, 1), write(1, 2), read(2, 1), read(2, 1)])).toMatchObject({
    name: 'stale-read',
    count: 2,
  });
});

it('lets a chain of compare-and-sets last until the last read of any value in it', () => {
  const open = begin(2, 'cas', [1, 2]);
  const done = end(2, 'cas', true);
  const steps = [write(1, 1), open, write(3, 9), read(4, 9), read(5, 1), done];
  expect(judged(steps)).toMatchObject({ valid: false });
});

it('tells what it did', () => {
  const { stats } = judged([write(1, 1, 'x'), write(1, 1, 'y'), write(1, 1, 'y')]);
  expect(stats).toMatchObject({ model: 'register', keys: 2, violated: 0, undecided: 0, searched: 1 });
});
