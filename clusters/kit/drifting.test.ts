import { expect, it } from 'vitest';
import { MILLISECOND, SECOND, type Clock } from '../../harness/runtime/types.ts';
import { Drifting } from './drifting.ts';

/** A clock that is moved by hand, and what nodes were told. */
function setUp() {
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  const clock = {
    now: () => now,
    after: (ns: number, run: () => void) => {
      const entry = { at: now + ns, run };
      due.push(entry);
      return () => {
        due = due.filter((each) => each !== entry);
      };
    },
  } as Clock;
  const told: number[] = [];
  const drifting = new Drifting(clock, (_node, ms) => {
    told.push(ms);
    return Promise.resolve();
  });
  const pass = async (ns: number) => {
    for (const end = now + ns; now < end;) {
      now += 10 * MILLISECOND;
      for (const entry of due.filter(({ at }) => at <= now)) {
        due = due.filter((each) => each !== entry);
        entry.run();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { drifting, told, pass, pending: () => due.length };
}

it('a clock that runs ten percent fast has gained 100 ms after a second, in small steps', async () => {
  const { drifting, told, pass } = setUp();
  await drifting.setDrift('n1', 10);
  await pass(SECOND);
  expect(told.at(-1)).toBeGreaterThan(90);
  expect(told.at(-1)).toBeLessThanOrEqual(100);
  expect(told.length).toBeGreaterThan(10);
});

it('an offset ends the drift', async () => {
  const { drifting, told, pass, pending } = setUp();
  await drifting.setDrift('n1', -5);
  await pass(SECOND / 2);
  expect(told.at(-1)).toBeLessThan(0);
  await drifting.setOffset('n1', 0);
  expect(pending()).toBe(0);
  await pass(SECOND);
  expect(told.at(-1)).toBe(0);
});
