import { describe, expect, it } from 'vitest';
import { CHECKS, digestOf } from './checks.ts';
import { cpuOf, survivorsOf, type Candidate, type Judged } from './mutate.ts';
import { suiteOf } from './suite.ts';

function named(start: string) {
  return CHECKS.filter(({ name }) => name.startsWith(start));
}

describe('what mutants are held to before any run', () => {
  it('has a name each', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
    expect(suiteOf(1).slice(0, CHECKS.length)).toEqual(CHECKS);
  });

  it('walks every kind of replica once, however its clients route their reads', () => {
    const walks = named('walks of ').map(({ name }) => name);
    expect(walks).toContain('walks of async');
    expect(walks).not.toContain('walks of async-sticky');
    expect(walks).toContain('walks of raft-lease-reads');
  });

  it('tells what it saw, and a store that does otherwise from one that does the same', async () => {
    const [write] = named('what write at n1 of async costs');
    const { seen, messages } = await write.check();
    expect(messages).toBe(6);
    expect(digestOf(seen)).toBe(digestOf((await write.check()).seen));
    expect(digestOf(seen)).not.toBe(digestOf(null));
  });
});

describe('an earlier result', () => {
  const mutant = {
    file: 'a.ts',
    line: 1,
    kind: 'operator',
    start: 0,
    end: 1,
    within: [0, 1],
    was: '<',
    is: '<=',
  } as const;
  const judged = (caught: string | null, cpuMs: number): Judged => ({
    ...{ mutant, caught, cpuMs },
    ...{ runs: 1, same: 0, messages: 1, records: 1 },
  });
  const candidates: Candidate[] = [
    { id: 1, mutant: { ...mutant, start: 7, end: 8 }, runs: [] },
    { id: 2, mutant: { ...mutant, line: 2 }, runs: [] },
  ];

  it('names its survivors by place and change', () => {
    expect(survivorsOf([judged(null, 1)], candidates).map(({ id }) => id)).toEqual([1]);
    expect(survivorsOf([judged('caught', 1)], candidates)).toEqual([]);
  });

  it('tells the processor’s time a mutant', () => {
    expect(cpuOf([judged(null, 3000), judged('caught', 1000), judged('caught', 2000)])).toBe(
      'CPU a mutant: p50 2.0 s, p95 2.9 s, max 3.0 s',
    );
    expect(cpuOf([])).toBe('no mutants');
  });
});
