import { describe, expect, it } from 'vitest';
import { Configurations } from './configurations.ts';
import { Dominance } from './dominance.ts';

/** What is left of configurations: state, then a word (or two) of done operations, then of free ones. */
function pruned(entries: readonly (readonly number[])[], pure: readonly number[]): number[][] {
  const width = entries[0].length;
  const from = new Configurations(width);
  const into = new Configurations(width);
  for (const entry of entries) from.add(Int32Array.from(entry), 0);
  new Dominance().prune(from, Int32Array.from(pure), into);
  return Array.from({ length: into.size }, (_, i) => [...into.words.subarray(i * width, (i + 1) * width)]);
}

describe('a configuration stands in for another of its state', () => {
  const none = [0];
  it('that has done or still owes what it has free', () => {
    expect(
      pruned(
        [
          [7, 0b01, 0],
          [7, 0b00, 0],
          [7, 0b00, 0b01],
        ],
        none,
      ),
    ).toEqual([[7, 0b00, 0b01]]);
  });
  it('that has done fewer observations', () => {
    expect(
      pruned(
        [
          [7, 0b00, 0],
          [7, 0b01, 0],
        ],
        [0b01],
      ),
    ).toEqual([[7, 0b01, 0]]);
  });
  it('but not for one that has done another observation', () => {
    expect(
      pruned(
        [
          [7, 0b10, 0],
          [7, 0b01, 0],
        ],
        [0b11],
      ),
    ).toHaveLength(2);
    expect(
      pruned(
        [
          [7, 0b001, 0b100],
          [7, 0b010, 0],
        ],
        [0b011],
      ),
    ).toHaveLength(2);
  });
  it('but not for one that has done what it owes, or owes what it has done', () => {
    expect(
      pruned(
        [
          [7, 0b10, 0],
          [7, 0b01, 0],
        ],
        none,
      ),
    ).toHaveLength(2);
    expect(
      pruned(
        [
          [7, 0b01, 0],
          [7, 0b00, 0],
        ],
        none,
      ),
    ).toHaveLength(2);
    expect(
      pruned(
        [
          [7, 0b01, 0],
          [7, 0b10, 0b01],
        ],
        none,
      ),
    ).toHaveLength(2);
  });
  it('never for another state', () => {
    expect(
      pruned(
        [
          [7, 0, 0b1],
          [8, 0, 0b1],
          [8, 1, 0],
        ],
        none,
      ),
    ).toEqual([
      [7, 0, 0b1],
      [8, 0, 0b1],
    ]);
  });
  it('in every word of the masks', () => {
    expect(
      pruned(
        [
          [7, 0, 0b01, 0, 0],
          [7, 0, 0b10, 0, 0],
        ],
        [0, 0],
      ),
    ).toHaveLength(2);
    expect(
      pruned(
        [
          [7, 0, 0b01, 0, 0],
          [7, 0, 0b00, 0, 0b01],
        ],
        [0, 0],
      ),
    ).toEqual([[7, 0, 0, 0, 0b01]]);
    expect(
      pruned(
        [
          [7, 0, 0b01, 0, 0],
          [7, 0, 0b00, 0, 0],
        ],
        [0, 0b01],
      ),
    ).toEqual([[7, 0, 0b01, 0, 0]]);
    expect(
      pruned(
        [
          [7, 0, 0b01, 0, 0],
          [7, 0b01, 0, 0, 0],
        ],
        [0b01, 0b01],
      ),
    ).toHaveLength(2);
  });
});
