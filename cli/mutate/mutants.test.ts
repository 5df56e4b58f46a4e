import typescript from 'typescript';
import { describe, expect, it } from 'vitest';
import { mutantsOf, mutated, sample } from './mutants.ts';

const TEXT = `import { x } from './x.ts';
interface Two { readonly two: 2 }
function quorum(n: number): number {
  if (n > 1) this.#acknowledge(n);
  this.#note('more than 3');
  return Math.min(n, 2);
}
async function wait() {
  if (bug === 'no-fsync') return 512;
  await sleep;
}
`;

describe('mutants', () => {
  const mutants = mutantsOf(typescript, 'quorum.ts', TEXT);

  it('change operators, guards, numbers, statements, quorums and awaits, and leave types, notes, sizes and sound defects alone', () => {
    expect(mutants.map(({ line, kind, was, is }) => `${line} ${kind} ${was} → ${is}`)).toEqual([
      '4 guard n > 1 → true',
      '4 guard n > 1 → false',
      '4 operator > → >=',
      '4 constant 1 → 2',
      '4 statement this.#acknowledge(n); → ;',
      '6 quorum Math.min → Math.max',
      '6 constant 2 → 3',
      "9 guard bug === 'no-fsync' → true",
      '9 operator === → !==',
      '10 await await sleep → sleep',
    ]);
  });

  it('each change one place, so that the text still parses', () => {
    for (const mutant of mutants) {
      const text = mutated(TEXT, mutant);
      const parsed = typescript.transpileModule(text, { reportDiagnostics: true });
      expect(parsed.diagnostics, mutant.is).toEqual([]);
      expect(text).not.toBe(TEXT);
    }
  });

  it('are sampled evenly and always alike', () => {
    expect(sample([0, 1, 2, 3, 4, 5, 6, 7], 4)).toEqual([0, 2, 4, 6]);
    expect(sample([1, 2], 9)).toEqual([1, 2]);
  });
});
