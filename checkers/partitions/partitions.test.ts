import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../testing/runs.ts';
import { expectedMovement, expectedShare, withinInterval, type Placing } from './movement.ts';
import { fuzzPartitions } from './testing/fuzz.ts';

describe('rebalance and key-movement', () => {
  it('find what their definitions find, in small random histories, with witnesses that prove it', async () => {
    const tally = await fuzzPartitions(fuzzRuns(400), 7);
    for (const name of [
      'rebalance clean',
      'double-ownership',
      'lost-key',
      'not linearizable',
      'key-movement clean',
      'moved-between-stayers',
      'movement-off-theory',
      'balance-off-theory',
    ])
      expect(tally[name], name).toBeGreaterThan(5);
  }, 60_000);
});

describe('the theory of placement', () => {
  const placing = (more: Partial<Placing>): Placing => ({
    scheme: 'ring',
    vnodes: 64,
    buckets: 64,
    weights: {},
    ...more,
  });
  it('gives a newcomer its share of the weights', () => {
    const weights = { s1: 3, s4: 4 };
    for (const scheme of ['ring', 'slots', 'fixed'])
      expect(
        expectedMovement(placing({ scheme, weights }), ['s1', 's2', 's3'], ['s1', 's2', 's3', 's4'], 1000)
          ?.mean,
      ).toBeCloseTo(4 / 9, 12);
    expect(expectedShare(placing({ weights }), ['s1', 's2'], 's1', 1000)?.mean).toBe(3 / 4);
  });
  it('expects N/(N+1) of a modulo, and nothing where keys decide or several members change', () => {
    const three = ['s1', 's2', 's3'];
    expect(expectedMovement(placing({ scheme: 'modulo' }), three, [...three, 's4'], 100)?.mean).toBe(3 / 4);
    expect(expectedMovement(placing({ scheme: 'range' }), three, [...three, 's4'], 100)).toBeNull();
    expect(expectedMovement(placing({}), ['s1'], three, 100)).toBeNull();
  });
  it('widens with fewer virtual nodes and fewer keys', () => {
    const deviation = (vnodes: number, keys: number): number =>
      expectedShare(placing({ vnodes }), ['s1', 's2'], 's1', keys)?.deviation ?? 0;
    expect(deviation(1, 1e6)).toBeGreaterThan(3 * deviation(64, 1e6));
    expect(deviation(64, 10)).toBeGreaterThan(deviation(64, 1e6));
    expect(withinInterval(0.5 + 4.4 * deviation(64, 1e3), { mean: 0.5, deviation: deviation(64, 1e3) })).toBe(
      true,
    );
  });
});
