import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../harness/runtime/types.ts';
import { virtualRuntime } from '../../harness/runtime/virtual.ts';
import { MarkerLag, type Markers } from './marker-lag.ts';

/** A leader n1 whose writes show on n2 after `lateMs`, unless the link is cut; n3 never answers. */
function invented(lateMs: number) {
  const runtime = virtualRuntime(1);
  const { clock } = runtime;
  const state = { shown: -1, cut: false };
  const markers: Markers = {
    write: (_leader, number) => {
      if (!state.cut) void clock.sleep(lateMs * MILLISECOND).then(() => (state.shown = number));
      return Promise.resolve(true);
    },
    read: (replica) => Promise.resolve(replica === 'n2' ? state.shown : null),
  };
  return { runtime, state, lag: new MarkerLag(markers, clock) };
}

describe('the lag by markers', () => {
  it('is how late a marker shows, to an eighth, and is not told of a replica that does not answer', async () => {
    const { runtime, lag } = invented(80);
    const told = await runtime.run(() => lag.sample('n1', ['n2', 'n3']));
    expect(Object.keys(told)).toEqual(['lag-true-ms:n2']);
    expect(told['lag-true-ms:n2']).toBeGreaterThanOrEqual(80);
    expect(told['lag-true-ms:n2']).toBeLessThanOrEqual(90);
  });

  it('grows with the time that nothing has come over, whatever came before', async () => {
    const { runtime, state, lag } = invented(0);
    const told = await runtime.run(async () => {
      await lag.sample('n1', ['n2']);
      state.cut = true;
      const samples = [];
      for (let i = 0; i < 3; i++) {
        samples.push((await lag.sample('n1', ['n2']))['lag-true-ms:n2']);
        await runtime.clock.sleep(SECOND);
      }
      return samples;
    });
    // A sample gives up after at most 0.8 s; a second later the first marker that is missing is older by that.
    expect(told[0]).toBeGreaterThan(600);
    expect(told[0]).toBeLessThanOrEqual(800);
    expect(told[1]).toBeGreaterThan(told[0] + 1000);
    expect(told[2]).toBeGreaterThan(told[1] + 1000);
  });

  it('is nothing while the leader acknowledges nothing new', async () => {
    const runtime = virtualRuntime(1);
    const silent: Markers = { write: () => Promise.resolve(false), read: () => Promise.resolve(-1) };
    const lag = new MarkerLag(silent, runtime.clock);
    expect(await runtime.run(() => lag.sample('n1', ['n2']))).toEqual({ 'lag-true-ms:n2': 0 });
  });
});
