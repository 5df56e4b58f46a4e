import { access, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resultDocument } from './document.ts';
import { createRunDirectory, readRunDirectory, runId } from './run-directory.ts';
import { environment, type RunMeta } from './run-meta.ts';

const meta: Omit<RunMeta, 'version'> = {
  id: 'r1',
  alibi: '0.1.0',
  startedAt: '2026-11-22T01:02:58.000Z',
  cluster: 'postgres',
  configuration: 'async',
  world: 'process',
  workload: 'set',
  nemesis: ['kill:primary'],
  seed: '18446744073709551615',
  nodes: ['n1', 'n2', 'n3'],
  settings: { reads: 'any' },
  options: { timeMs: 10_000, rate: null },
  claims: [],
  versions: {},
  clockOffsetsMs: {},
  environment: environment(),
  command: 'alibi run postgres:async',
};

const document = resultDocument({
  outcome: 'valid',
  reasons: [],
  anomalies: [],
  checks: [],
  stats: {},
  checkMs: 1,
  run: 'r1',
});

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'alibi-run-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('a run directory', () => {
  it('gives back what was put in, and leaves no temporary file', async () => {
    const run = await createRunDirectory(join(root, 'r1'), meta, { latest: true });
    await writeFile(run.history, '');
    await run.update({ versions: { postgres: '18.4' }, endedAt: '2026-11-22T01:03:58.000Z' });
    await run.writeResults(document);
    const stored = await readRunDirectory(join(root, 'latest'));
    expect(stored.meta).toEqual({
      version: 1,
      ...meta,
      versions: { postgres: '18.4' },
      endedAt: '2026-11-22T01:03:58.000Z',
    });
    expect(stored.results).toEqual(document);
    expect(await readdir(run.path)).toEqual(['history.jsonl', 'logs', 'results.json', 'run.json']);
  });

  it('is pointed at by `latest`, which follows the newest run', async () => {
    await createRunDirectory(join(root, 'r1'), meta, { latest: true });
    await createRunDirectory(join(root, 'r2'), meta, { latest: true });
    expect(await readlink(join(root, 'latest'))).toBe('r2');
  });

  it('is never made over another', async () => {
    await createRunDirectory(join(root, 'r1'), meta);
    await expect(createRunDirectory(join(root, 'r1'), meta)).rejects.toThrow(
      /r1 is not empty: name a new directory, or leave --out away\.$/,
    );
  });

  it('that a killed harness left behind is read, without a verdict', async () => {
    const run = await createRunDirectory(join(root, 'r1'), meta);
    await writeFile(run.history, '{"torn');
    await writeFile(run.results, '{"version": 1, "outcome": "val');
    const stored = await readRunDirectory(run.path);
    expect(stored.results).toBeNull();
    expect(stored.historyPath).toBe(run.history);
  });

  it('may have its history gzipped in place', async () => {
    const run = await createRunDirectory(join(root, 'r1'), meta);
    await writeFile(`${run.history}.gz`, '');
    expect((await readRunDirectory(run.path)).historyPath).toBe(`${run.history}.gz`);
  });

  it('of version 1 is read by every later release', async () => {
    const stored = await readRunDirectory(join(import.meta.dirname, 'fixtures/run-v1'));
    expect(stored.meta.seed).toBe('7');
    expect(stored.results?.outcome).toBe('violation');
    expect([...stored.logs.keys()]).toEqual(['n1']);
    for (const file of stored.logs.get('n1') ?? []) await access(file);
  });

  it.each([
    ['{', /run\.json cannot be read: .*JSON/],
    ['[]', /run\.json cannot be used: it has no format version\.$/],
    [
      '{"version":2}',
      /cannot be used: it has format version 2, and this release reads versions up to 1: update alibi\.$/,
    ],
    ['{"version":1}', /run\.json cannot be used: its field id is wrong: .+\.$/],
  ])('with run.json %s is refused in one sentence', async (content, sentence) => {
    await writeFile(join(root, 'run.json'), content);
    await expect(readRunDirectory(root)).rejects.toThrow(sentence);
  });

  it('without run.json, without history, or that is not there, is refused in one sentence', async () => {
    await expect(readRunDirectory(root)).rejects.toThrow(/is not a run directory: it has no run\.json\.$/);
    await expect(readRunDirectory(join(root, 'nowhere'))).rejects.toThrow(
      /There is no run directory .*nowhere\.$/,
    );
    const run = await createRunDirectory(join(root, 'r1'), meta);
    await expect(readRunDirectory(run.path)).rejects.toThrow(/has no history\.jsonl: /);
  });

  it('writes JSON that a person can read', async () => {
    const run = await createRunDirectory(join(root, 'r1'), meta);
    expect(await readFile(run.meta, 'utf8')).toContain('\n  "cluster": "postgres",\n');
  });
});

it('names of runs sort by time and are safe as names of directories', () => {
  expect(runId('2026-11-22T01:02:58.123Z', 'postgres:../async', '7')).toBe(
    '20261122T010258-postgres-..-async-7',
  );
});
