import { expect, it } from 'vitest';
import { everyHistory } from './every-history.ts';
import { exhaustObjects } from './exhaust-objects.ts';
import { exhaustRegisters } from './exhaust.ts';

const bound = { sessions: 3, keys: 2, unwritten: 'too' } as const;

it('every checker of registers agrees with its definition on every history of one and two operations, and some of three', () => {
  expect([1, 2].map((operations) => exhaustRegisters({ ...bound, operations }).histories)).toEqual([5, 101]);
  const { histories, ...models } = exhaustRegisters({ ...bound, operations: 3 }, { part: 0, of: 8 });
  expect(histories).toBe(508);
  for (const [model, count] of Object.entries(models)) expect(count, model).toBeGreaterThan(60);
});

it('writes each history once', () => {
  const all = [...everyHistory({ ...bound, operations: 3 })].map((events) => JSON.stringify(events));
  expect(new Set(all).size).toBe(3822);
  expect(all).toHaveLength(3822);
  const shares = [0, 1, 2].map(
    (part) => [...everyHistory({ ...bound, operations: 3 }, { part, of: 3 })].length,
  );
  expect(shares.reduce((sum, n) => sum + n)).toBe(3822);
});

it('leaves out reads of what nobody wrote where it is told to', () => {
  const all = [...everyHistory({ ...bound, operations: 3, unwritten: 'never' })];
  expect(JSON.stringify(all)).not.toContain('99');
  const some = [...everyHistory({ ...bound, operations: 3, unwritten: 'some' })];
  for (const events of some) expect(JSON.stringify(events)).toContain('99');
  expect(all.length + some.length).toBe(3822);
});

it('queues, sets, counters, ids and banks agree with their definitions on every history of two operations', () => {
  const tally = exhaustObjects(2);
  expect(tally['fifo-queue']).toEqual({ histories: 192, valid: 121 });
  for (const [name, { histories, valid }] of Object.entries(tally)) {
    expect(histories, name).toBeGreaterThan(40);
    expect(valid, name).toBeGreaterThan(histories / 4);
  }
});
