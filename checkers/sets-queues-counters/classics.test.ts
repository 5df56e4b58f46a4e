import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import { fuzzAgainst } from '../classics/testing/fuzz.ts';
import { fuzzRuns } from '../testing/runs.ts';
import type { Checker, Verdict } from '../types.ts';
import { bank } from './bank.ts';
import { counter } from './counter.ts';
import { Script } from './testing/cluster-history.ts';
import { COLLECTIONS } from './testing/definitions.ts';
import { totalQueue } from './total-queue.ts';
import { uniqueIds } from './unique-ids.ts';

const check = (checker: Checker, script: Script): Verdict =>
  checker.check(historyOf(script.events), {}) as Verdict;
const names = (checker: Checker, script: Script): string[] =>
  check(checker, script).findings.map((f) => f.name);

describe('unique-ids', () => {
  it('names an id that was handed out twice', () => {
    const script = new Script().op(1, 'generate', null, { saw: 7 }).op(2, 'generate', null, { saw: 8 });
    expect(check(uniqueIds, script)).toMatchObject({ valid: true });
    const twice = check(uniqueIds, script.op(2, 'generate', null, { saw: 7 }));
    expect(twice).toMatchObject({ valid: false, findings: [{ name: 'duplicate-id', witness: [1, 5] }] });
    expect(check(uniqueIds, new Script())).toMatchObject({ valid: 'unknown' });
  });
});

describe('counter', () => {
  it('bounds a read by what was acknowledged before and invoked until its end', () => {
    const adds = (): Script =>
      new Script().op(1, 'add', 2).op(2, 'add', 3, { type: 'info' }).op(1, 'add', -1);
    for (const [seen, fits] of [
      [1, true],
      [4, true],
      [0, false],
      [5, false],
    ] as const)
      expect(check(counter, adds().op(3, 'read', null, { saw: seen })).valid, `${seen}`).toBe(fits);
    expect(
      names(counter, new Script().op(1, 'add', 9, { type: 'fail' }).op(2, 'read', null, { saw: 9 })),
    ).toEqual(['counter-out-of-bounds']);
    expect(check(counter, adds().op(3, 'read', null, { saw: 1 }))).toMatchObject({ stats: { reads: 1 } });
  });
  it('never accuses a counter that adds atomically at some moment of each operation', () => {
    const step = fc.record({
      process: fc.nat(3),
      amount: fc.integer({ min: -3, max: 3 }),
      read: fc.boolean(),
      lost: fc.nat(9),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.array(fc.nat(2), { minLength: 60, maxLength: 60 }),
        (steps, dice) => {
          const script = new Script();
          const open = new Map<
            number,
            { step: (typeof steps)[number]; state: number; seen: number; process: number }
          >();
          let value = 0;
          let next = 10;
          // Each open operation moves on (takes effect, then answers) when the dice say so.
          const advance = (all: boolean): void => {
            for (const [slot, o] of [...open]) {
              if (!all && dice[(next + slot) % dice.length] === 0) continue;
              if (o.state === 0) {
                if (!o.step.read) value += o.step.amount;
                o.seen = value;
                o.state = 1;
              } else {
                const type = o.step.lost === 0 ? 'info' : 'ok';
                const answer = o.step.read ? o.seen : o.step.amount;
                script.events.push({
                  time: 0,
                  process: o.process,
                  type,
                  f: o.step.read ? 'read' : 'add',
                  value: answer,
                });
                open.delete(slot);
              }
            }
            next++;
          };
          for (const s of steps) {
            while (open.has(s.process)) advance(true);
            open.set(s.process, { step: s, state: 0, seen: 0, process: (next += 10) });
            script.events.push({
              time: 0,
              process: next,
              type: 'invoke',
              f: s.read ? 'read' : 'add',
              value: s.read ? null : s.amount,
            });
            advance(false);
          }
          while (open.size > 0) advance(true);
          expect(check(counter, script).findings).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('total-queue', () => {
  const inOut = (): Script =>
    new Script().op(1, 'enqueue', 1).op(1, 'enqueue', 2).op(2, 'dequeue', null, { saw: 1 });
  it('is valid when everything comes out once', () => {
    expect(check(totalQueue, inOut().op(2, 'drain', null, { saw: [2] }))).toMatchObject({ valid: true });
  });
  it('names what was lost, delivered twice, or never enqueued', () => {
    expect(names(totalQueue, inOut().op(2, 'drain', null, { saw: [] }))).toEqual(['lost-element']);
    expect(names(totalQueue, inOut().op(2, 'drain', null, { saw: [2, 1] }))).toEqual(['duplicate-delivery']);
    expect(names(totalQueue, inOut().op(2, 'drain', null, { saw: [2, 9] }))).toEqual(['unexpected-element']);
    const failed = inOut()
      .op(3, 'enqueue', 5, { type: 'fail' })
      .op(2, 'drain', null, { saw: [2, 5] });
    expect(names(totalQueue, failed)).toEqual(['failed-write-visible']);
  });
  it('is not certain of a loss while a dequeue may have taken the element, nor before the queue was drained', () => {
    const taken = inOut().op(3, 'dequeue', null, { type: 'info' }).op(2, 'drain', null, { saw: [] });
    expect(check(totalQueue, taken)).toMatchObject({ valid: true, findings: [{ certain: false }] });
    expect(check(totalQueue, inOut())).toMatchObject({ valid: 'unknown' });
  });
  it('is certain where more is lost than indeterminate dequeues can have taken', () => {
    const lost = inOut().op(1, 'enqueue', 3).op(3, 'dequeue', null, { type: 'info' });
    const drained = check(totalQueue, lost.op(2, 'dequeue', null, { saw: null }));
    expect(drained).toMatchObject({
      valid: false,
      findings: [{ name: 'lost-element', certain: true, witness: [3, 7, 8, 11] }],
    });
    const swallowed = inOut().op(3, 'drain', null, { type: 'info' }).op(2, 'drain', null, { saw: [] });
    expect(check(totalQueue, swallowed.op(2, 'drain', null, { saw: [] }))).toMatchObject({ valid: true });
  });
  it('knows an element that came out before it went in, and keeps queues apart', () => {
    const early = new Script().op(2, 'dequeue', null, { saw: 1 }).op(1, 'enqueue', 1);
    expect(names(totalQueue, early.op(2, 'drain', null, { saw: [] }))).toEqual(['unexpected-element']);
    const two = new Script();
    for (const key of ['a', 'b']) two.op(1, 'enqueue', 1, { key }).op(2, 'dequeue', null, { key, saw: 1 });
    for (const key of ['a', 'b']) two.op(2, 'dequeue', null, { key, saw: null });
    expect(check(totalQueue, two)).toMatchObject({ valid: true, findings: [], stats: { queues: 2 } });
  });
});

it('sets, queues, counters, ids and banks agree with their definitions on random histories', () => {
  const tally = fuzzAgainst(COLLECTIONS, fuzzRuns(500), 7);
  for (const { checker } of COLLECTIONS) {
    const valid = tally[`${checker.name} valid`] / fuzzRuns(500);
    expect(valid, checker.name).toBeGreaterThan(0.2);
    expect(valid, checker.name).toBeLessThan(0.85);
    for (const name of checker.anomalies)
      if (name !== 'divergence') expect(tally[name], name).toBeGreaterThan(0);
  }
});

describe('bank', () => {
  it('names money that was made and balances below zero', () => {
    const script = new Script()
      .op(1, 'read', null, { saw: { a: 5, b: 5 } })
      .op(2, 'read', null, { saw: { a: 3, b: 7 } });
    expect(check(bank, script)).toMatchObject({ valid: true });
    expect(check(bank, new Script().op(1, 'read', null, { saw: { a: 0, b: 2 } }))).toMatchObject({
      valid: true,
    });
    expect(check(bank, new Script())).toMatchObject({ valid: 'unknown' });
    expect(names(bank, script.op(3, 'read', null, { saw: { a: 3, b: 8 } }))).toEqual(['wrong-total']);
    expect(names(bank, new Script().op(1, 'read', null, { saw: { a: -1, b: 1 } }))).toEqual([
      'negative-balance',
    ]);
  });

  it('takes the total from the opening, and a read before it for no read', () => {
    const opened = () => new Script().op(1, 'open', { a: 5, b: 5 }).op(2, 'read', null, { saw: {} });
    const right = opened().op(2, 'read', null, { saw: { a: 4, b: 6 } });
    expect(check(bank, right)).toMatchObject({ valid: true, findings: [] });
    const wrong = check(bank, opened().op(2, 'read', null, { saw: { a: 4, b: 5 } }));
    expect(wrong.findings).toMatchObject([{ name: 'wrong-total', witness: [0, 5] }]);
    expect(check(bank, opened())).toMatchObject({ valid: 'unknown' });
  });
});
