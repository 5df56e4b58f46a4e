import { describe, expect, it } from 'vitest';
import { AMBIGUOUS, FAILED_WRITE, INITIAL, THIN_AIR, Versions } from './versions.ts';

describe('versions', () => {
  it('tells equal values of different keys, and values that share a place, apart', () => {
    const versions = new Versions(Int32Array.of(1, 2, 1, 2, 1), null);
    const values = [7, 7, 7 + 1024, 'seven', 7 + 2048];
    values.forEach((value, op) => versions.written(op, value));
    expect([versions.versionOf(1, 7), versions.versionOf(2, 7)]).toEqual([0, 1]);
    expect([versions.versionOf(1, 1031), versions.versionOf(2, 'seven')]).toEqual([2, 3]);
    expect([versions.versionOf(1, 2055), versions.versionOf(2, 2055)]).toEqual([4, THIN_AIR]);
  });
  it('knows no order of a value that was written twice, wherever it is kept, or that was there at first', () => {
    const versions = new Versions(Int32Array.of(1, 1, 2, 2, 1), 0);
    [7, 7, 7, 7, 0].forEach((value, op) => versions.written(op, value));
    expect([1, 2].map((key) => versions.versionOf(key, 7))).toEqual([AMBIGUOUS, AMBIGUOUS]);
    expect(versions.versionOf(1, 0)).toBe(AMBIGUOUS);
    expect(versions.versionOf(2, 0)).toBe(INITIAL);
  });
  it('tells a failed write from one that nobody tried', () => {
    const versions = new Versions(Int32Array.of(1), null);
    versions.failed(1, 5);
    expect([1, 2].map((key) => versions.versionOf(key, 5))).toEqual([FAILED_WRITE, THIN_AIR]);
  });
});
