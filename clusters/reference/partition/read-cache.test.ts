import { describe, expect, it } from 'vitest';
import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';
import { ReadCache } from './read-cache.ts';

describe('a client’s cache', () => {
  let now = 0;
  const clock = { now: () => now } as Clock;
  it('gives what was read for as long as it may, counted from when it was asked for', () => {
    const cache = new ReadCache(clock, 100);
    now = 0;
    const take = cache.begin(['k', 1]);
    now = 40 * MILLISECOND;
    take('v');
    expect(cache.get(['k', 1])).toBe('v');
    now = 99 * MILLISECOND;
    expect(cache.get(['k', 1])).toBe('v');
    now = 100 * MILLISECOND;
    expect(cache.get(['k', 1])).toBeUndefined();
  });
  it('remembers that there is nothing, and forgets a key that its client writes', () => {
    const cache = new ReadCache(clock, 100);
    cache.begin('k')(null);
    expect(cache.get('k')).toBeNull();
    cache.begin('k');
    expect(cache.get('k')).toBeUndefined();
  });
});
