import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import { linearizability } from '../linearizability/linearizability.ts';
import { lww } from '../lww/lww.ts';
import { monotonicReads } from '../session/monotonic-reads.ts';
import { readYourWrites } from '../session/read-your-writes.ts';
import { historyOfSteps, stepsArbitrary } from '../session/testing/histories.ts';
import { set } from '../sets-queues-counters/set.ts';
import { Script } from '../sets-queues-counters/testing/cluster-history.ts';
import type { Checker } from '../types.ts';
import { OnlineMonitor, type Announcement } from './monitor.ts';
import { fuzzOnline } from './testing/fuzz.ts';

const SECOND = 1_000_000_000;

async function observed(
  checkers: readonly Checker[],
  events: readonly EventInput[],
  remember?: number,
): Promise<{ said: ReadonlyMap<string, boolean | 'unknown'>; told: Announcement[] }> {
  const told: Announcement[] = [];
  const announce = (a: Announcement): number => told.push(a);
  const monitor = new OnlineMonitor({
    checkers,
    options: {},
    announce,
    ...(remember === undefined ? {} : { remember }),
  });
  for (const event of events) monitor.observe(event);
  return { said: await monitor.finish(events.at(-1)?.time ?? 0), told };
}

describe('the online monitor', () => {
  it('announces a stale read within a second, while the run goes on, by the numbers of the whole history', async () => {
    const script = new Script()
      .op(9, 'write', 1, { key: 'other' })
      .op(1, 'write', 1, { key: 'k' })
      .op(1, 'read', null, { key: 'k', saw: null });
    for (let i = 2; i < 20; i++) script.op(9, 'write', i, { key: 'other' });
    const events = script.events.map((e) => ({ ...e, time: e.time * 0.2 * SECOND }));
    const { told } = await observed([readYourWrites, linearizability], events);
    expect(told.map((a) => a.checker).sort()).toEqual(['linearizability', 'read-your-writes']);
    for (const { finding, time } of told) {
      expect(time - events[5].time).toBeLessThanOrEqual(SECOND);
      expect(finding).toMatchObject({ key: 'k' });
      expect(finding.witness).toContain(5);
      expect(finding.explanation).toMatch(/#[45]\b/);
    }
  });
  it('remembers of a register what overlaps, however long it grows, and still knows a stale value', async () => {
    const told: Announcement[] = [];
    const announce = (a: Announcement): number => told.push(a);
    const monitor = new OnlineMonitor({ checkers: [linearizability], options: {}, announce });
    let time = 0;
    const op = (process: number, f: string, value: number | null, saw = value): void => {
      monitor.observe({ time: (time += SECOND / 1000), process, type: 'invoke', f, key: 'k', value });
      monitor.observe({ time: (time += SECOND / 1000), process, type: 'ok', f, key: 'k', value: saw });
    };
    monitor.observe({ time, process: 9, type: 'invoke', f: 'write', key: 'k', value: 1_000_000 });
    monitor.observe({ time, process: 9, type: 'info', f: 'write', key: 'k', value: 1_000_000 });
    for (let n = 1; n <= 5000; n++) {
      op(n % 3, 'write', n);
      op((n + 1) % 3, 'read', null, n);
    }
    expect(monitor.remembered).toBeLessThan(3000);
    expect(monitor.remembered).toBeGreaterThan(0);
    op(1, 'read', null, 1_000_000);
    op(1, 'write', 5001);
    await monitor.finish(time);
    expect(told).toEqual([]);
    expect(monitor.remembered).toBeLessThan(20);
    op(2, 'read', null, 17);
    expect((await monitor.finish(time)).get('linearizability')).toBe(false);
    expect(told).toMatchObject([
      { finding: { name: 'stale-read', certain: true, witness: [20_006, 20_007] } },
    ]);
    expect(told[0].finding.explanation).toMatch(/long before/);
  });
  it('announces nothing that an open write could still take back by failing', async () => {
    const told: Announcement[] = [];
    const announce = (a: Announcement): number => told.push(a);
    const monitor = new OnlineMonitor({ checkers: [monotonicReads], options: {}, announce });
    let time = 0;
    const one = (process: number, type: EventInput['type'], f: string, value: Json): void =>
      monitor.observe({ time: (time += SECOND), process, type, f, key: 'k', value });
    const op = (process: number, f: string, value: Json): void => {
      one(process, 'invoke', f, f === 'read' ? null : value);
      one(process, 'ok', f, value);
    };
    // 2 is read before anybody wrote it, and again, round 1; then it turns out that nobody ever did.
    op(1, 'write', 1);
    for (const value of [2, 1]) op(3, 'read', value);
    one(2, 'invoke', 'cas', [1, 2]);
    op(3, 'read', 2);
    expect(told).toEqual([]);
    one(2, 'fail', 'cas', [1, 2]);
    op(3, 'read', 1);
    expect((await monitor.finish(time)).get('monotonic-reads')).toBe(true);
    expect(told).toEqual([]);
    // Had it succeeded, it would have been announced with its success.
    for (const value of [3, 1]) op(3, 'read', value);
    one(2, 'invoke', 'write', 3);
    op(3, 'read', 3);
    expect(told).toEqual([]);
    one(2, 'ok', 'write', 3);
    expect(told).toMatchObject([{ finding: { name: 'monotonic-reads', certain: true } }]);
  });
  it('announces of linearizability what an open write cannot take back, however it ends', async () => {
    const script = new Script()
      .op(1, 'write', 1)
      .op(2, 'read', null, { saw: 2 })
      .op(2, 'read', null, { saw: 1 });
    const open: EventInput = { time: 0, process: 7, type: 'invoke', f: 'write', key: null, value: 2 };
    const [first, second, ...rest] = script.events;
    const events = [first, second, open, ...rest].map((e, i) => ({ ...e, time: i * SECOND }));
    const told: Announcement[] = [];
    const announce = (a: Announcement): number => told.push(a);
    const monitor = new OnlineMonitor({ checkers: [linearizability], options: {}, announce });
    for (const event of events) monitor.observe(event);
    expect(told).toMatchObject([{ finding: { name: 'new-old-inversion', certain: true } }]);
  });
  it('remembers all of a register whose values repeat, and all rows', async () => {
    const script = new Script();
    for (let n = 0; n < 60; n++) script.op(1, 'write', n % 2).op(1, 'read', null, { saw: n % 2 });
    const announce = (): void => undefined;
    const monitor = new OnlineMonitor({ checkers: [linearizability], options: {}, announce });
    for (const event of script.events) monitor.observe({ ...event, time: event.time * SECOND });
    expect((await monitor.finish(300 * SECOND)).get('linearizability')).toBe(true);
    expect(monitor.remembered).toBe(240);
    const rows = new OnlineMonitor({ checkers: [lww], options: {}, announce });
    for (const event of script.events) rows.observe(event);
    expect(rows.remembered).toBe(240);
  });
  it('does not let an open write hold back what has nothing to do with it', async () => {
    const script = new Script().op(1, 'write', 1).op(1, 'read', null, { saw: null });
    const open: EventInput = { time: 0, process: 7, type: 'invoke', f: 'write', key: null, value: 2 };
    const events = [open, ...script.events].map((e, i) => ({ ...e, time: i * SECOND }));
    const told: Announcement[] = [];
    const announce = (a: Announcement): number => told.push(a);
    const monitor = new OnlineMonitor({ checkers: [readYourWrites], options: {}, announce });
    for (const event of events) monitor.observe(event);
    expect(told).toMatchObject([{ finding: { name: 'read-your-writes', witness: [2, 4] } }]);
  });
  it('judges last-writer-wins rows once the final reads come in', async () => {
    const script = new Script().op(1, 'write', { a: 1 }, { key: 'r' });
    script.phase('quiesce').settled().phase('final').op(3, 'read', null, { key: 'r', saw: null, node: 'n1' });
    const { said, told } = await observed([lww], script.events);
    expect(said.get('lww')).toBe(false);
    expect(told).toMatchObject([{ checker: 'lww', finding: { key: 'r' } }]);
  });
  it('lets go of reads of a set that have been judged', async () => {
    const script = new Script();
    for (let n = 0; n < 300; n++)
      script.op(1, 'add', n).op(2, 'read', null, { saw: Array.from({ length: n + 1 }, (_, i) => i) });
    const monitor = new OnlineMonitor({ checkers: [set], options: {}, announce: () => undefined });
    for (const event of script.events) monitor.observe({ ...event, time: event.time * SECOND });
    expect((await monitor.finish(1200 * SECOND)).get('set')).toBe(true);
    // Two events an element, the last read, and what has come since reads were last let go of.
    expect(monitor.remembered).toBeLessThan(900);
  });
  it('says nothing of what is left of a set before the final reads', async () => {
    const script = new Script().phase('main').mark('phase', null).mark('fault', { phase: 'final' });
    script.op(1, 'add', 1).op(2, 'read', null, { saw: [] });
    const slow = (): EventInput[] => script.events.map((e) => ({ ...e, time: e.time * SECOND }));
    expect((await observed([set], slow())).told).toEqual([]);
    script.phase('quiesce').settled().phase('final').op(3, 'read', null, { saw: [] });
    expect((await observed([set], slow())).told).toMatchObject([
      { finding: { name: 'lost-acknowledged-write', certain: true } },
    ]);
  });
  it('announces what the whole history is refuted for, and nothing else, whatever it has forgotten', async () => {
    const tally = await fuzzOnline(60, 1);
    expect(tally.linearizability).toBeGreaterThan(10);
  });
  it('says at the end what the checkers say of the whole history', async () => {
    const checkers = [readYourWrites, monotonicReads, linearizability];
    const tally = { refuted: 0, other: 0 };
    await fc.assert(
      fc.asyncProperty(
        stepsArbitrary({ operations: 10, sessions: 3, keys: 2, cas: true }),
        fc.constantFrom(0.01, 0.3, 2),
        fc.constantFrom(undefined, 0),
        async (steps, pace, remember) => {
          const events = historyOfSteps(steps, false).map((e) => ({ ...e, time: e.time * pace * SECOND }));
          const { said, told } = await observed(checkers, events, remember);
          for (const checker of checkers) {
            const whole = await checker.check(historyOf(events), {});
            const refuted = whole.valid === false;
            tally[refuted ? 'refuted' : 'other']++;
            expect(said.get(checker.name) === false, checker.name).toBe(refuted);
            if (refuted) expect(told.some((a) => a.checker === checker.name)).toBe(true);
          }
        },
      ),
      { numRuns: 400, seed: 9 },
    );
    expect(tally.refuted).toBeGreaterThan(100);
    expect(tally.other).toBeGreaterThan(100);
  });
});
