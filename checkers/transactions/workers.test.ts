import { describe, expect, it } from 'vitest';
import { classify, cyclicComponents, type Component } from './classify.ts';
import { transactionsOf } from './micro.ts';
import { historyOfLists, simulateLists, staleReads } from './testing/simulate.ts';
import { dependencies } from './dependencies.ts';
import { areWorthwhile, classifyInWorkers } from './workers.ts';

const load = {
  transactions: 3000,
  concurrency: 10,
  appendsPerKey: 64,
  isolation: 'serializable',
  seed: 1,
} as const;

/** Some forty components, small ones and one of hundreds of transactions. */
function components(): readonly Component[] {
  const txns = staleReads(simulateLists(load), 1, 0.03, 4);
  return cyclicComponents(dependencies(transactionsOf(historyOfLists(txns)), false).graph);
}

describe('components on several threads', () => {
  it.each([1, 3])('give on %i what they give on none', async (threads) => {
    const here = classify(components(), 1e8);
    expect(here.anomalies.length).toBeGreaterThan(20);
    expect(await classifyInWorkers(components(), 1e8, threads)).toEqual(here);
  });

  it('leave the same undecided when the budget is short', async () => {
    const here = classify(components(), 3000);
    expect(here.undecided.size).toBeGreaterThan(0);
    expect(await classifyInWorkers(components(), 3000, 3)).toEqual(here);
  });

  it('do not pay for so few', () => {
    expect(areWorthwhile(components())).toBe(false);
  });
});
