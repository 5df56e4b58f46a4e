import { runInNewContext } from 'node:vm';
import typescript from 'typescript';
import { describe, expect, it } from 'vitest';
import { mutantsOf, mutated, noting, sample } from './mutants.ts';

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

  it('are noted when they are come to, and change nothing by that', () => {
    const text = 'const f = (a, b) => (a > 1 && b < 2 ? Math.min(a, 2) : 0);';
    const numbered = mutantsOf(typescript, 'f.ts', text).map((mutant, id) => ({ id, mutant }));
    const told = numbered.map(({ mutant: { was } }) => was);
    const reached = (a: number, b: number): unknown => {
      const program = `globalThis.alibiReached = {}; ${noting(text, numbered)}
        [f(${a}, ${b}), Object.keys(globalThis.alibiReached).map(Number)]`;
      const [value, ids] = runInNewContext(`globalThis = this; ${program}`) as [number, number[]];
      return [value, ids.map((id) => told[id])];
    };
    expect(told).toEqual(['&&', '>', '1', '<', '2', 'Math.min', '2', '0']);
    expect(reached(5, 1)).toEqual([2, ['&&', '>', '1', '<', '2', 'Math.min', '2']]);
    expect(reached(0, 1)).toEqual([0, ['&&', '>', '1', '0']]);
  });

  it('leave tuned constants alone', () => {
    expect(
      mutantsOf(typescript, 'f.ts', 'export const HEARTBEAT_TICKS = 2;\nconst least = 2;'),
    ).toMatchObject([{ line: 2, was: '2' }]);
  });

  it('are sampled evenly and always alike', () => {
    expect(sample([0, 1, 2, 3, 4, 5, 6, 7], 4)).toEqual([0, 2, 4, 6]);
    expect(sample([1, 2], 9)).toEqual([1, 2]);
  });
});
