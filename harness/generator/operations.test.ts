import { describe, expect, it } from 'vitest';
import { SECOND } from '../runtime/types.ts';
import { fn, once, remembering } from './operations.ts';
import { invocations, simulate } from './testing/simulate.ts';
import { rate } from './time.ts';

describe('fn', () => {
  it('gives an operation to every thread that is free, and the next when one is free again', () => {
    const events = simulate(
      fn(({ n }) => (n < 4 ? { f: 'write', value: n } : null)),
      { concurrency: 2, takes: (_, n) => 10 + n },
    );
    expect(events.map(({ type, value, time }) => `${type} ${JSON.stringify(value)} @${time}`)).toEqual([
      'invoke 0 @0',
      'invoke 1 @0',
      'ok 0 @10',
      'invoke 2 @10',
      'ok 1 @11',
      'invoke 3 @11',
      'ok 2 @22',
      'ok 3 @24',
    ]);
  });

  it('tells whose turn it is', () => {
    const seen = invocations(
      fn(({ n, thread, process }) => (n < 20 ? { f: 'read', value: [thread, process] } : null)),
      { ends: (_, n) => (n % 4 === 0 ? 'info' : 'ok') },
    );
    for (const { thread, process, value } of seen) expect(value).toEqual([thread, process]);
    expect(seen.some(({ process }) => process >= 3)).toBe(true);
  });

  it('gives every kind of operation to every thread, even when kinds and threads could alternate alike', () => {
    const alternating = fn(({ n }) => ({ f: n % 2 === 0 ? 'write' : 'read' }));
    const seen = invocations(rate(SECOND / 100, alternating), { concurrency: 2, operations: 100 });
    expect(new Set(seen.map(({ thread, f }) => `${thread} ${f}`)).size).toBe(4);
  });

  it('waits for the moment and the thread that an operation asks for', () => {
    const timed = fn(({ n }) => (n < 1 ? { f: 'read', time: 70, thread: 2 } : null));
    expect(invocations(timed)).toMatchObject([{ time: 70, intended: 70, thread: 2 }]);
    const sameThread = fn(({ n }) => (n < 3 ? { f: 'read', thread: 1 } : null));
    expect(invocations(sameThread).map(({ thread, time }) => [thread, time])).toEqual([
      [1, 0],
      [1, 10],
      [1, 20],
    ]);
  });
});

describe('once', () => {
  it('gives its operation once, made or given', () => {
    expect(invocations(once({ f: 'read', key: 'x' }))).toMatchObject([{ f: 'read', key: 'x', time: 0 }]);
    expect(invocations(once(({ time }) => ({ f: 'read', value: time })))).toMatchObject([{ value: 0 }]);
  });
});

describe('remembering', () => {
  it('makes operations from what was seen: a compare-and-set expects what was last read', () => {
    let served = 100;
    const reads = remembering<number>(
      0,
      (last, { type, f, value }) => (type === 'ok' && f === 'read' ? (value as number) : last),
      ({ n }, last) => {
        if (n === 4) return null;
        return n % 2 === 0 ? { f: 'read', value: served++ } : { f: 'cas', value: [last, n] };
      },
    );
    const seen = invocations(reads, { concurrency: 1 });
    const reading = seen.filter(({ f }) => f === 'read').map(({ value }) => value);
    const expected = seen.filter(({ f }) => f === 'cas').map(({ value }) => (value as number[])[0]);
    expect(expected).toEqual(reading);
  });
});
