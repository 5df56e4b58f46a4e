import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../harness/runtime/random.ts';
import { MILLISECOND, SECOND, type Runtime } from '../../../harness/runtime/types.ts';
import { virtualRuntime } from '../../../harness/runtime/virtual.ts';
import type { Replica } from '../replica/types.ts';
import type { AnyMessage } from '../server/config.ts';
import { SimDisk } from './disk.ts';
import { NodeClock } from '../node-clock.ts';
import { BOOT, NETWORK, SYNC, draw } from './durations.ts';
import { SimNetwork } from './network.ts';
import { SimNode } from './node.ts';

const AB = { from: 'a', to: 'b' };
const BA = { from: 'b', to: 'a' };

/** Runs in virtual time. */
async function simulated(body: (runtime: Runtime) => Promise<void>): Promise<void> {
  const runtime = virtualRuntime(1);
  await runtime.run(() => body(runtime));
}

describe('durations', () => {
  it('are whole microseconds within their table, which never falls', () => {
    const random = randomStream(1, 'durations');
    for (const table of [NETWORK, SYNC, BOOT]) {
      expect(table).toEqual([...table].sort((a, b) => a - b));
      expect(table).toHaveLength(17);
      const drawn = Array.from({ length: 5000 }, () => draw(random, table));
      expect(drawn.every((ns) => ns % 1000 === 0)).toBe(true);
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(table[0] * 1000);
      expect(Math.max(...drawn)).toBeLessThanOrEqual(table[16] * 1000);
      const median = drawn.sort((a, b) => a - b)[2500];
      expect(median).toBeGreaterThan(table[7] * 1000);
      expect(median).toBeLessThan(table[9] * 1000);
    }
  });
});

describe('the network', () => {
  const CALM = { lost: 0, doubled: 0, late: 0 };
  const sent = (network: SimNetwork, link: typeof AB, count: number) => {
    const arrived: number[] = [];
    for (let i = 0; i < count; i++) network.link(link).send(i * MILLISECOND, () => arrived.push(i));
    return arrived;
  };

  it('loses, doubles and delays as much as it was told', () =>
    simulated(async (runtime) => {
      const network = new SimNetwork(runtime, ['a', 'b'], { lost: 6553, doubled: 13_107, late: 6553 });
      const arrived = sent(network, AB, 5000);
      await runtime.clock.sleep(10 * SECOND);
      const times = new Map<number, number>();
      for (const i of arrived) times.set(i, (times.get(i) ?? 0) + 1);
      expect((5000 - times.size) / 5000).toBeCloseTo(0.1, 1);
      expect([...times.values()].filter((n) => n === 2).length / 5000).toBeCloseTo(0.2, 1);
      expect(arrived.some((i, at) => at > 0 && i < arrived[at - 1])).toBe(true);
    }));

  it('a cut of A→B swallows what A sends, in flight too, and nothing of B', () =>
    simulated(async (runtime) => {
      const network = new SimNetwork(runtime, ['a', 'b'], CALM);
      const inFlight = sent(network, AB, 1);
      await network.cut([AB]);
      await network.heal([AB]);
      await network.cut([AB]);
      const [there, back] = [sent(network, AB, 10), sent(network, BA, 10)];
      await runtime.clock.sleep(SECOND);
      expect([inFlight.length, there.length, back.length]).toEqual([0, 0, 10]);
      expect(await network.counters(AB)).toMatchObject({ carried: 0, dropped: 11 });
      expect(await network.counters(BA)).toMatchObject({ carried: 10, dropped: 0 });
      expect([await network.reaches(AB), await network.reaches(BA)]).toEqual([false, true]);
      await network.heal();
      expect(await network.reaches(AB)).toBe(true);
      expect(await network.counters(AB)).toMatchObject({ carried: 0, dropped: 11 });
    }));

  it('a delay holds back one direction until it is healed', () =>
    simulated(async (runtime) => {
      const network = new SimNetwork(runtime, ['a', 'b'], CALM);
      await network.delay([AB], 300);
      const [there, back] = [sent(network, AB, 1), sent(network, BA, 1)];
      await runtime.clock.sleep(200 * MILLISECOND);
      expect([there.length, back.length]).toEqual([0, 1]);
      await network.heal([AB]);
      const healed = sent(network, AB, 1);
      await runtime.clock.sleep(10 * MILLISECOND);
      expect([there.length, healed.length]).toEqual([0, 1]);
    }));
});

describe('a network that a fault spoils', () => {
  const CALM = { lost: 0, doubled: 0, late: 0 };

  it('loses, doubles and holds back the share it was told to, counts that, and stops at heal', () =>
    simulated(async (runtime) => {
      const network = new SimNetwork(runtime, ['a', 'b'], CALM);
      const send = async (count: number) => {
        const arrived: number[] = [];
        for (let i = 0; i < count; i++) network.link(AB).send(i * MILLISECOND, () => arrived.push(i));
        await runtime.clock.sleep(10 * SECOND);
        return arrived;
      };
      await network.lose([AB], 20);
      expect((await send(2000)).length / 2000).toBeCloseTo(0.8, 1);
      expect((await network.counters(AB)).dropped / 2000).toBeCloseTo(0.2, 1);
      await network.heal([AB]);
      await network.duplicate([AB], 30);
      expect((await send(2000)).length / 2000).toBeCloseTo(1.3, 1);
      expect((await network.counters(AB)).duplicated! / 2000).toBeCloseTo(0.3, 1);
      await network.heal([AB]);
      await network.reorder([AB], 30);
      const arrived = await send(2000);
      expect(arrived.filter((i, at) => at > 0 && i < arrived[at - 1]).length).toBeGreaterThan(200);
      await network.heal();
      expect(await send(100)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    }));
});

describe('a clock that drifts', () => {
  it('gains what it was told on true time, keeps it, and scales timers', () =>
    simulated(async (runtime) => {
      const clock = new NodeClock(() => Math.floor(runtime.clock.now() / 1000));
      clock.set({ driftPercent: 20 });
      await runtime.clock.sleep(10 * SECOND);
      expect(clock.now()).toBe(12_000_000);
      expect(clock.trueTime(120)).toBe(100);
      clock.set({ driftPercent: 0 });
      await runtime.clock.sleep(SECOND);
      expect(clock.now()).toBe(13_000_000);
      expect(clock.setting).toEqual({ offsetMs: 2000, driftPercent: 0 });
      clock.set({ offsetMs: -500 });
      expect(clock.now()).toBe(10_500_000);
    }));
});

describe('a disk that fails', () => {
  const written = async ({ clock }: Runtime, count: number) => {
    const disk = new SimDisk(clock, randomStream(1, 'disk'));
    disk.open(() => undefined);
    for (let i = 0; i < count; i++) disk.append(i);
    await clock.sleep(SECOND);
    return disk;
  };

  it('says so when it is full or a sync fails, and never that the record is durable', () =>
    simulated(async (runtime) => {
      for (const what of ['full', 'failing'] as const) {
        const disk = await written(runtime, 3);
        const errors: string[] = [];
        disk.open(
          () => expect.unreachable('nothing became durable'),
          (error) => {
            errors.push(error);
            disk.crash();
          },
        );
        disk[what] = true;
        disk.append(3);
        await runtime.clock.sleep(SECOND);
        expect(errors).toEqual([what === 'full' ? 'ENOSPC' : 'EIO']);
        if (what === 'full') expect(disk.open(() => undefined)).toEqual([0, 1, 2]);
      }
    }));

  it('does not start from a damaged record that others follow, and cuts one off that is the last', () =>
    simulated(async (runtime) => {
      const disk = await written(runtime, 3);
      disk.rot(1);
      expect(() => disk.open(() => undefined)).toThrow('record 2 is damaged, with sound records after it');
      disk.truncate(2);
      expect(disk.open(() => undefined)).toEqual([0]);
    }));
});

describe('a disk', () => {
  it('loses at a crash only what it had not said to be durable, and only from the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 40 }),
        fc.nat(),
        (gaps, seed) =>
          simulated(async ({ clock }) => {
            const disk = new SimDisk(clock, randomStream(seed, 'disk'));
            let durable = 0;
            disk.open((count) => (durable = count));
            for (const [i, gap] of gaps.entries()) {
              disk.append(i);
              await clock.sleep(gap * 1000);
            }
            const { lost } = disk.crash();
            const kept = disk.open(() => undefined);
            expect(kept).toEqual(gaps.map((_, i) => i).slice(0, kept.length));
            expect(kept.length).toBeGreaterThanOrEqual(durable);
            expect(kept.length + lost).toBe(gaps.length);
          }),
      ),
      { numRuns: 50 },
    );
  });

  it('does lose unsynced records, and a sync that a crash interrupted never ends', () =>
    simulated(async ({ clock }) => {
      const disk = new SimDisk(clock, randomStream(2, 'disk'));
      let lost = 0;
      for (let i = 0; i < 50; i++) {
        disk.open(() => expect.unreachable('nothing was synced'));
        disk.append(i);
        lost += disk.crash().lost;
      }
      await clock.sleep(SECOND);
      expect(lost).toBeGreaterThan(10);
      expect(lost).toBeLessThan(40);
    }));
});

describe('a node', () => {
  /** Answers every request at once, and counts the steps. */
  const echo = (steps: string[]): Replica<AnyMessage> => ({
    step: (input) => {
      steps.push(input.kind);
      return input.kind === 'request' ? [{ kind: 'reply', id: input.id, reply: { ok: true } }] : [];
    },
  });
  const READ = { request: { op: 'read', table: 't', key: 'k', at: 'replica' } } as const;
  const started = async ({ clock, random }: Runtime, steps: string[] = []) => {
    const disk = new SimDisk(clock, random('disk'));
    const parts = {
      name: 'a',
      clock,
      disk,
      serviceTime: 12_000,
      random: random('boot'),
      send: () => undefined,
    };
    const node = new SimNode({ ...parts, makeReplica: () => echo(steps) });
    node.start(false);
    await clock.sleep(SECOND);
    return node;
  };

  it('does one thing at a time: a thousand requests take a thousand times as long as one', () =>
    simulated(async (runtime) => {
      const node = await started(runtime);
      const began = runtime.clock.now();
      let last = 0;
      const asker = {
        answer: (_: object, later: number) => (last = runtime.clock.now() + later),
        lost: () => 0,
      };
      node.ask(READ, asker);
      const one = last - began;
      for (let i = 0; i < 999; i++) node.ask(READ, asker);
      await runtime.clock.sleep(SECOND);
      expect(one).toBeGreaterThan(0);
      expect(last - began).toBe(1000 * one);
    }));

  it('does nothing while it is paused, and then all of it', () =>
    simulated(async (runtime) => {
      const steps: string[] = [];
      const node = await started(runtime, steps);
      node.pause();
      expect(node.state).toBe('stopped');
      for (let i = 0; i < 3; i++) node.ask(READ, { answer: () => 0, lost: () => 0 });
      await runtime.clock.sleep(SECOND);
      expect(steps).toEqual(['start']);
      node.resume();
      await runtime.clock.sleep(SECOND);
      expect(steps).toEqual(['start', 'request', 'request', 'request']);
    }));

  it('forgets at its death what it was asked, tells whoever waits, and takes nothing before it has booted', () =>
    simulated(async (runtime) => {
      const steps: string[] = [];
      const node = await started(runtime, steps);
      let lost = 0;
      node.pause();
      for (let i = 0; i < 3; i++) node.ask(READ, { answer: () => expect.unreachable(), lost: () => lost++ });
      node.kill();
      expect([node.state, node.accepting, lost]).toEqual(['gone', false, 3]);
      node.start(true);
      node.ask(READ, { answer: () => expect.unreachable(), lost: () => 0 });
      expect([node.state, node.accepting]).toEqual(['running', false]);
      await runtime.clock.sleep(SECOND);
      expect([node.accepting, ...steps]).toEqual([true, 'start', 'start']);
    }));
});
