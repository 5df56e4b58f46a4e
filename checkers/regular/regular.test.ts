import { fuzzRuns } from '../testing/runs.ts';
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, EventType, Json } from '../../harness/history/event.ts';
import type { Verdict } from '../types.ts';
import { regular } from './regular.ts';
import { fuzzRegular } from './testing/fuzz.ts';
import { regularWriteOrder } from './write-order.ts';

/** `[process, type, f, value]`, one register. */
type Line = readonly [process: number, type: EventType, f: string, value: Json];
const history = (lines: readonly Line[]) =>
  historyOf(lines.map(([process, type, f, value], time): EventInput => ({ process, type, f, value, time })));
const weak = (lines: readonly Line[]) => regular.check(history(lines), {}) as Verdict;
const ordered = (lines: readonly Line[]) => regularWriteOrder.check(history(lines), {}) as Verdict;

const write = (process: number, value: Json): Line[] => [
  [process, 'invoke', 'write', value],
  [process, 'ok', 'write', value],
];
const read = (process: number, value: Json): Line[] => [
  [process, 'invoke', 'read', null],
  [process, 'ok', 'read', value],
];
const during = (value: Json, inner: readonly Line[]): Line[] => [
  [9, 'invoke', 'write', value],
  ...inner,
  [9, 'ok', 'write', value],
];

describe('a regular register', () => {
  it('may return the old value after the new one while a write is under way: that is not atomic, but regular', () => {
    const lines = [...write(1, 1), ...during(2, [...read(2, 2), ...read(3, 1)])];
    expect(weak(lines)).toMatchObject({ valid: true, stats: { reads: 2, concurrent: 2 } });
    expect(ordered(lines).valid).toBe(true);
  });
  it('may not return a value that was replaced before the read began', () => {
    const { findings } = weak([...write(1, 1), ...write(1, 2), ...read(2, 1)]);
    expect(findings.map(({ name }) => name)).toEqual(['stale-read', 'unsafe-read']);
    expect(findings[1].explanation).toBe(
      'read #4 returned 1, although write #2, which replaced 1, had completed before #4 began; no write was under way meanwhile',
    );
  });
  it('is safe, though not regular, when only reads that overlap a write are wrong', () => {
    const { findings } = weak([...write(1, 1), ...write(1, 2), ...during(3, read(2, 1))]);
    expect(findings.map(({ name }) => name)).toEqual(['stale-read']);
  });
  it('is never unsafe after a write that may still take effect', () => {
    const lost: Line[] = [[8, 'invoke', 'write', 3]];
    const { findings } = weak([...lost, ...write(1, 1), ...write(1, 2), ...read(2, 1)]);
    expect(findings.map(({ name }) => name)).toEqual(['stale-read']);
  });
  it('asks each read for an order of its own: two reads may disagree on it', () => {
    const lines = [...during(1, [[8, 'invoke', 'write', 2]]), [8, 'ok', 'write', 2] as Line];
    const disagreeing = [...lines, ...read(2, 1), ...read(3, 2)];
    expect(weak(disagreeing).valid).toBe(true);
    expect(ordered(disagreeing)).toMatchObject({
      valid: false,
      findings: [{ name: 'write-order-inversion', witness: [0, 1, 2, 3, 4, 5, 6, 7] }],
    });
    expect(ordered(disagreeing).findings[0].explanation).toBe(
      'read #6 returned 2, which began after write #0 had completed, but read #4 returned 1, which began after write #1 had completed: no one order of the two writes explains both',
    );
  });
  it('holds the initial value against the writes after it', () => {
    const { findings } = ordered([...write(1, 1), ...read(2, null)]);
    expect(findings).toMatchObject([{ name: 'write-order-inversion', witness: [0, 1, 2, 3] }]);
    expect(findings[0].explanation).toBe(
      'write #0 began after the initial value, but read #2 returned null, which began after write #0 had completed: no one order of the two writes explains both',
    );
    expect(ordered([...read(2, null), ...write(1, 1), ...read(2, 1)]).valid).toBe(true);
  });
  it('leaves a value that nobody wrote, and a write that nobody saw, to others', () => {
    const thinAir = [...write(1, 1), ...read(2, 99), ...write(1, 2), ...read(2, 99)];
    expect(ordered(thinAir).findings).toEqual([]);
    expect(weak(thinAir).findings.map(({ name }) => name)).toEqual(['thin-air-read', 'unsafe-read']);
    const lost: Line[] = [[8, 'invoke', 'write', 3]];
    expect(ordered([...lost, ...write(1, 1), ...read(2, 1)]).valid).toBe(true);
  });
  it('counts the reads that overlap a write: from its beginning to its end', () => {
    const lines = [
      ...read(2, null),
      ...during(1, read(2, 1)),
      ...read(2, 1),
      ...during(2, []),
      ...read(3, 2),
    ];
    expect(weak(lines)).toMatchObject({ valid: true, stats: { reads: 4, concurrent: 1 } });
  });
  it('is not judged by compare-and-set, by values written twice, or by nothing', () => {
    const cas: Line[] = [
      [1, 'invoke', 'cas', [1, 2]],
      [1, 'ok', 'cas', true],
    ];
    expect(weak([...write(1, 1), ...cas]).reason).toMatch(/^compare-and-set/);
    expect(ordered([...write(1, 1), ...cas]).reason).toMatch(/^compare-and-set/);
    expect(ordered([...write(1, 1), ...write(2, 1), ...read(3, 1)]).reason).toMatch(/^a value was written/);
    expect(weak(write(1, 1)).reason).toBe('no read completed');
    expect(ordered(write(1, 1)).reason).toBe('no read completed');
    for (const judge of [weak, ordered])
      expect(judge([...read(1, null), [1, 'invoke', 'add', 1]]).reason).toBe(
        'operation #2 is a "add", not a read, write or cas',
      );
  });
  it('agrees with the definitions, tried by brute force', () => {
    const { runs, safe, weak: isWeak, ordered: isOrdered } = fuzzRegular(fuzzRuns(1000), 3);
    for (const count of [safe, isWeak, isOrdered]) {
      expect(count / runs).toBeGreaterThan(0.2);
      expect(count / runs).toBeLessThan(0.9);
    }
    expect(safe).toBeGreaterThan(isWeak);
    expect(isWeak).toBeGreaterThan(isOrdered);
  });
});
