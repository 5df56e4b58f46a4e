import { expect, it } from 'vitest';
import { everyHistory } from './every-history.ts';
import { exhaustRegisters } from './exhaust.ts';

const bound = { sessions: 3, keys: 2 };

it('every checker of registers agrees with its definition on every history of one and two operations, and some of three', () => {
  expect([1, 2].map((operations) => exhaustRegisters({ ...bound, operations }).histories)).toEqual([5, 101]);
  const { histories, ...models } = exhaustRegisters({ ...bound, operations: 3 }, { part: 0, of: 8 });
  expect(histories).toBe(478);
  for (const [model, count] of Object.entries(models)) expect(count, model).toBeGreaterThan(60);
});

it('writes each history once', () => {
  const all = [...everyHistory({ ...bound, operations: 3 })].map((events) => JSON.stringify(events));
  expect(new Set(all).size).toBe(3822);
  expect(all).toHaveLength(3822);
});
