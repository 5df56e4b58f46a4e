import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { linearizability } from '../../checkers/linearizability/linearizability.ts';
import { sequential } from '../../checkers/sequential/sequential.ts';
import type { Verdict } from '../../checkers/types.ts';
import { historyOf } from '../../harness/history/builder.ts';
import type { EventInput, Json } from '../../harness/history/event.ts';
import { UsageError } from '../usage.ts';
import { modelOptions } from './model-file.ts';

const scratch = mkdtempSync(join(tmpdir(), 'alibi-model-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let files = 0;
function file(text: string): string {
  const path = join(scratch, `model-${files++}.mjs`);
  writeFileSync(path, text);
  return path;
}

const STACK = `export const model = {
  name: 'stack', title: 'Last in, first out', functions: ['push', 'pop'],
  init: () => [],
  step: (held, { f, value, result }) =>
    f === 'push' ? [...held, value] : result === undefined || held.at(-1) === result ? held.slice(0, -1) : undefined,
  describe: ({ f, result }) => \`\${f} gave \${result}\`,
};`;

function history(...operations: (readonly [f: string, value: Json, result: Json])[]) {
  return historyOf(
    operations.flatMap(([f, value, result], n): EventInput[] => [
      { process: 0, type: 'invoke', f, value, time: 2 * n },
      { process: 0, type: 'ok', f, value: result, time: 2 * n + 1 },
    ]),
  );
}
const pushes = [
  ['push', 1, 1],
  ['push', 2, 2],
] as const;

describe('a model of the user', () => {
  it('is judged, and tells its operations in its own words', async () => {
    const options = await modelOptions(file(STACK));
    expect(linearizability.check(history(...pushes, ['pop', null, 2]), options)).toMatchObject({
      valid: true,
    });
    const verdict = linearizability.check(history(...pushes, ['pop', null, 1]), options) as Verdict;
    expect(verdict.valid).toBe(false);
    expect(verdict.findings[0].explanation).toBe(
      'no order of these 3 operations explains that pop gave 1 (#4)',
    );
    expect(sequential.check(history(...pushes, ['pop', null, 1]), options)).toMatchObject({ valid: false });
  });
  it('gives no verdict when it throws, and says so', async () => {
    const broken = STACK.replace('held.slice(0, -1)', 'held.nothing()');
    const options = await modelOptions(file(broken));
    const verdict = linearizability.check(history(...pushes, ['pop', null, 2]), options) as Verdict;
    expect(verdict.valid).toBe('unknown');
    expect(verdict.reason).toMatch(/failed in step of pop: held.nothing is not a function$/);
  });
  it.each([
    ['export const other = 1;', /must export `model`/],
    ['export const model = {};', /has no `name`/],
    [STACK.replace("'stack'", "'queue'"), /the name "queue" is taken/],
    [STACK.replace("['push', 'pop']", '[]'), /`functions` must list/],
    [STACK.replace('init: () => [],', ''), /`init` must be a function/],
    [STACK.replace('name:', 'partition: "none of it", name:'), /`partition` must be/],
    ['export const model = {', /cannot be loaded/],
  ])('is refused in one sentence: %#', async (text, message) => {
    const refusal = await modelOptions(file(text)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UsageError);
    expect((refusal as Error).message).toMatch(message);
    expect((refusal as Error).message).not.toContain('\n');
  });
  it('is no mistyped name of a built-in one', async () => {
    await expect(modelOptions('queu')).rejects.toThrow(/unknown model "queu"; did you mean queue\?/);
    await expect(modelOptions('./nowhere.mjs')).rejects.toThrow(/cannot be loaded/);
    expect(await modelOptions('set')).toEqual({ model: 'set' });
  });
});
