// Failover by leases, in simulation: what it promises, and that it promises no more.
import { describe, expect, it } from 'vitest';
import { judgeRace } from './replica/automatic/race.ts';
import type { Status } from './replica/types.ts';
import { found, historyOf, judged } from './sim/testing/simulated.ts';

const SEEDS = ['1', '2', '3'];
const FAULTS = [
  'kill:primary',
  'partition:primary',
  'pause:primary',
  'kill:all',
  'partition:halves,kill:one',
  'failover',
  'restart-then-promote',
  'cut-standbys',
  'loss:all:10%,kill:primary',
  'drift:all:+20%,partition:primary',
];

describe('failover by leases', () => {
  for (const configuration of ['automatic', 'automatic-sync'])
    it(`${configuration}: linearizable and without loss, whatever makes another leader`, async () => {
      for (const [i, nemesis] of FAULTS.entries()) {
        const workload = ['register', 'set'][i % 2];
        const run = { configuration, workload, nemesis, faultFor: 4, time: 16, seed: String(i + 1) };
        const { outcome, reasons } = await judged(run);
        expect({ outcome, reasons, nemesis }).toEqual({ outcome: 'valid', reasons: [], nemesis });
      }
    }, 120_000);

  it('somebody else leads soon after the leader has died', async () => {
    const run = {
      configuration: 'automatic',
      workload: 'set',
      nemesis: 'kill:primary',
      faultFor: 6,
      time: 16,
    };
    // Six of sixteen seconds without a leader would cost more than a third of them.
    expect(await served({ ...run, seed: '1' })).toBeGreaterThan(0.75);
  }, 60_000);

  it('asynchronous replication loses what was acknowledged, which is outside its claim', async () => {
    const names = await Promise.all(
      SEEDS.map((seed) =>
        found({
          configuration: 'automatic-async',
          workload: 'set',
          nemesis: 'partition:primary',
          faultFor: 4,
          time: 16,
          seed,
        }),
      ),
    );
    expect(names.flat()).toContain('lost-acknowledged-write');
  }, 60_000);

  it('without epochs all hangs on time: a leader whose time runs slow answers reads beyond its lease', async () => {
    const nemesis = 'drift:primary:-25%,partition:primary';
    const settings = { ttl: 4000 };
    // Many clients that seldom write: whoever writes notices a leader that has been left alone.
    const clients = { rate: 80, concurrency: 100, operationTimeout: 0.3, keys: 1 };
    const run = {
      workload: 'register',
      nemesis,
      settings,
      ...clients,
      faultFor: 8,
      faultEvery: 20,
      time: 24,
    };
    const stale = async (configuration: string, seed: string) =>
      (await found({ ...run, configuration, seed })).includes('stale-read');
    const seed = await first(SEEDS, (each) => stale('automatic-no-fencing', each));
    expect(seed).not.toBe(null);
    expect(await stale('automatic', seed ?? '1')).toBe(false);
  }, 60_000);
});

async function first(seeds: readonly string[], holds: (seed: string) => Promise<boolean>) {
  for (const seed of seeds) if (await holds(seed)) return seed;
  return null;
}

/** The share of operations that were answered. */
async function served(request: Parameters<typeof historyOf>[0]): Promise<number> {
  const lines = (await historyOf(request)).split('\n');
  const count = (type: string) => lines.filter((line) => line.includes(`"type":"${type}"`)).length;
  return count('ok') / count('invoke');
}

describe('a candidate', () => {
  const status = (name: string, durable: number, lastEpoch = 1): Status => ({
    name,
    role: 'follower',
    epoch: 2,
    leader: null,
    serving: false,
    last: durable,
    lastEpoch,
    durable,
    applied: durable,
    members: ['n1', 'n2', 'n3'],
    positions: {},
  });
  const lock = { epoch: 1, leader: 'n1', members: ['n1', 'n2', 'n3'] };
  const race = (mode: 'semi-sync' | 'async', ...standings: Status[]) =>
    judgeRace('n2', new Map(standings.map((one) => [one.name, one])), lock, { ack: mode, k: 1 });

  it('wins when nobody of enough others is ahead of it', () => {
    expect(race('semi-sync', status('n2', 7), status('n3', 7))).toEqual({ won: true, members: ['n2', 'n3'] });
    expect(race('semi-sync', status('n2', 7))).toMatchObject({
      won: false,
      why: expect.stringMatching('2 members must be compared') as string,
    });
    expect(race('async', status('n2', 7))).toEqual({ won: true, members: ['n2'] });
    expect(race('semi-sync', status('n2', 7), status('n3', 8))).toEqual({
      won: false,
      why: 'n3 is ahead of n2',
    });
    expect(race('semi-sync', status('n2', 9), status('n3', 8, 2))).toEqual({
      won: false,
      why: 'n3 is ahead of n2',
    });
  });

  it('needs nobody else when the old leader, which has everything, answers', () => {
    expect(race('semi-sync', status('n2', 7), status('n1', 7))).toEqual({ won: true, members: ['n1', 'n2'] });
    expect(race('semi-sync', status('n2', 7), status('n1', 9))).toEqual({
      won: false,
      why: 'n1 is ahead of n2',
    });
  });

  it('that is no member has nothing to say', () => {
    const stranger = { ...status('n2', 9), members: [], lastEpoch: 0 };
    const outcome = judgeRace(
      'n2',
      new Map([
        ['n2', stranger],
        ['n3', status('n3', 1)],
      ]),
      { ...lock, members: ['n1', 'n3'] },
      { ack: 'async', k: 1 },
    );
    expect(outcome).toEqual({ won: false, why: 'n2 is no member' });
  });
});
