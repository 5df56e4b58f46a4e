import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { realRuntime } from './real.ts';
import { MILLISECOND, SECOND } from './types.ts';

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('real time', () => {
  it('is counted in whole nanoseconds from the start and never goes back', () => {
    const { clock } = realRuntime(1);
    let last = 0;
    for (let i = 0; i < 10_000; i++) {
      const now = clock.now();
      expect(Number.isInteger(now) && now >= last).toBe(true);
      last = now;
    }
    expect(last).toBeLessThan(60 * SECOND);
  });

  it('never wakes anybody early', async () => {
    const { clock } = realRuntime(1);
    for (const ns of [0, 1, 300_000, MILLISECOND, 2_700_000]) {
      const before = clock.now();
      await clock.sleep(ns);
      expect(clock.now() - before).toBeGreaterThanOrEqual(ns);
    }
  });

  it('does not fire a cancelled timer, and keeps nothing alive for it', () => {
    const { clock } = realRuntime(1);
    const before = timers();
    const cancel = clock.after(SECOND, () => expect.unreachable());
    expect(timers()).toBe(before + 1);
    cancel();
    expect(timers()).toBe(before);
  });

  it('waits for longer than setTimeout can', () => {
    const { clock } = realRuntime(1);
    let fired = false;
    const cancel = clock.after(1e12 * MILLISECOND, () => (fired = true));
    return clock.sleep(5 * MILLISECOND).then(() => {
      cancel();
      expect(fired).toBe(false);
    });
  });

  it('ends a sleep when the signal is aborted, and leaves neither timer nor listener behind', async () => {
    const { clock } = realRuntime(1);
    const { signal, abort } = controller();
    const before = timers();
    const asleep = clock.sleep(3600 * SECOND, signal);
    abort();
    await asleep;
    await clock.sleep(3600 * SECOND, signal);
    expect(timers()).toBe(before);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('takes its listener off a signal that is never aborted', async () => {
    const { clock } = realRuntime(1);
    const { signal } = controller();
    await clock.sleep(MILLISECOND, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

function controller() {
  const own = new AbortController();
  return { signal: own.signal, abort: () => own.abort() };
}
