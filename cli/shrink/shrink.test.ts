import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUGS } from '../../clusters/reference/bugs.ts';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import { events, type History } from '../../harness/history/history.ts';
import { MemorySink } from '../../harness/history/writer.ts';
import { judgeBare } from '../check/check-file.ts';
import { judgeRun } from '../check/judge-run.ts';
import { makeTrial, shows } from '../lab/trial.ts';
import { resolveRun } from '../run/config.ts';
import { metaOf } from '../run/describe.ts';
import { simulateRun } from '../run/simulate.ts';
import { pairOf } from '../zoo/specimen.ts';
import { minimise } from './minimise.ts';
import { shrinkHistory, type Look } from './saved.ts';
import { shrinkSimulated } from './simulated.ts';

describe('minimise', () => {
  it('keeps what the test needs and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(60), { maxLength: 6 }), async (needed) => {
        const items = Array.from({ length: 61 }, (_, i) => i);
        const left = await minimise(
          items,
          (some) => Promise.resolve(needed.every((item) => some.includes(item))),
          () => false,
        );
        expect([...left].sort((a, b) => a - b)).toEqual([...needed].sort((a, b) => a - b));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('gives what it has when it is told that time is up', async () => {
    let asked = 0;
    const left = await minimise(
      [1, 2, 3, 4, 5, 6, 7, 8],
      (some) => Promise.resolve((asked++, some.includes(8))),
      () => asked >= 2,
    );
    expect(left).toContain(8);
    expect(asked).toBeLessThanOrEqual(3);
  });
});

describe('a simulated run', () => {
  const { ill } = pairOf(BUGS.get('truncate-acknowledged')!, '1');
  const run = resolveRun({ ...ill, time: 8, rate: 60, faultFor: 1, faultEvery: 4 });

  it('shrinks to a scenario of a few operations that shows the same anomaly, and always to the same one', async () => {
    const shrunk = await shrinkSimulated(run, 'lost-acknowledged-write', 60_000);
    expect(shrunk.before.operations).toBeGreaterThan(500);
    expect(shrunk.history.after / shrunk.history.before).toBeLessThan(0.05);
    const { config, script } = shrunk;
    expect(shows(await makeTrial({ config, script }), 'lost-acknowledged-write')).toBe(true);
    // The bug taken away, the scenario shows nothing: it is the bug that it shows.
    expect(
      shows(await makeTrial({ config: { ...config, settings: {} }, script }), 'lost-acknowledged-write'),
    ).toBe(false);
    expect((await shrinkSimulated(run, 'lost-acknowledged-write', 60_000)).script).toEqual(script);
  }, 160_000);

  it('that does not show the anomaly is refused', async () => {
    await expect(shrinkSimulated(run, 'thin-air-read', 1000)).rejects.toThrow('do not show thin-air-read');
  }, 60_000);
});

/** Operations one after another on two registers, as a sound server answers them; writes are unique. */
function soundHistory(draws: readonly number[]): History {
  const held = new Map<number, Json>();
  const list: EventInput[] = [];
  draws.forEach((draw, n) => {
    const process = draw % 3;
    const key = Math.floor(draw / 3) % 2;
    const kind = Math.floor(draw / 6) % 5;
    const at = { time: 2 * n, process, key };
    const before = held.get(key) ?? null;
    const value = n + 1;
    if (kind < 2) {
      list.push({ ...at, type: 'invoke', f: 'read' });
      list.push({ ...at, time: at.time + 1, type: 'ok', f: 'read', value: before });
    } else if (kind === 2) {
      list.push({ ...at, type: 'invoke', f: 'write', value });
      list.push({ ...at, time: at.time + 1, type: 'fail', f: 'write', value });
    } else {
      list.push({ ...at, type: 'invoke', f: 'write', value });
      list.push({ ...at, time: at.time + 1, type: 'ok', f: 'write', value });
      held.set(key, value);
    }
  });
  return historyOf(list);
}

const nonLinearizable: Look = async (history) =>
  (await judgeBare(history, null)).anomalies.find(({ status }) => status === 'violation') ?? null;

describe('a saved history', () => {
  it('that is sound stays sound in every part that a step leaves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(29), { minLength: 4, maxLength: 30 }), async (draws) => {
        const history = soundHistory(draws);
        expect(await nonLinearizable(history)).toBe(null);
        // A look that claims an anomaly in everything drives the steps as far as they go.
        let parts = 0;
        await shrinkHistory(history, async (part) => {
          parts++;
          expect(await nonLinearizable(part)).toBe(null);
          return { witness: [0], explanation: '' };
        });
        expect(parts).toBeGreaterThan(0);
      }),
      { numRuns: 60, seed: 1 },
    );
  }, 60_000);

  it('shrinks to the stale read and what makes it stale', async () => {
    const noise = [...events(soundHistory([24, 3, 26, 5, 28, 1, 24, 9, 11]))];
    const last = noise.at(-1)!.time;
    const stale: EventInput[] = [
      { time: last + 1, process: 0, type: 'invoke', f: 'write', key: 0, value: 'new' },
      { time: last + 2, process: 0, type: 'ok', f: 'write', key: 0, value: 'new' },
      { time: last + 3, process: 1, type: 'invoke', f: 'read', key: 0 },
      { time: last + 4, process: 1, type: 'ok', f: 'read', key: 0, value: null },
    ];
    const shrunk = await shrinkHistory(historyOf([...noise, ...stale]), nonLinearizable);
    expect(shrunk?.before).toBe(11);
    expect(shrunk?.after).toBe(2);
  });

  it('of a set keeps the element that was lost', async () => {
    const run = resolveRun(pairOf(BUGS.get('ack-before-quorum')!, '1').ill);
    const memory = new MemorySink();
    await simulateRun(run, memory);
    const meta = metaOf(run, 'test');
    const look: Look = async (part) =>
      (await judgeRun(meta, part, null)).anomalies.find(({ status }) => status === 'violation') ?? null;
    const shrunk = await shrinkHistory(memory.history(), look);
    expect(shrunk?.before).toBeGreaterThan(6000);
    expect(shrunk?.after).toBeLessThanOrEqual(3);
  }, 60_000);
});
