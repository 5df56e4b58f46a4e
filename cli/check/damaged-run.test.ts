// Run directories that somebody changed, that were never finished, or that another release wrote: every command that
// reads one says so, shows what there is, and takes none of them for valid.
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../results/compare/comparison.ts';
import { loadRuns } from '../../results/compare/load.ts';
import { comparisonMarkdown } from '../../results/compare/markdown.ts';
import { comparisonPage } from '../../results/compare/page.ts';
import { readRunDirectory, RunPaths } from '../../results/run-directory.ts';
import { Shelf } from '../../results/serve/shelf.ts';
import { bundle } from '../bundle/pack.ts';
import { replaySimulated } from '../replay/simulated.ts';
import { resolveRun } from '../run/config.ts';
import { executeRun } from '../run/execute.ts';
import { judgeAndReport } from './finish.ts';

let place: string;
let sound: string;
let count = 0;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'alibi-damaged-'));
  sound = join(place, 'sound');
  const run = resolveRun({ cluster: 'reference', configuration: 'sync', world: 'sim', time: 3, rate: 40 });
  const { document } = await executeRun(run, {
    ...{ directory: sound, id: 'sound', latest: false, keepCluster: false, logLevel: 'error' },
    ...{ interrupt: new AbortController().signal, progress: () => undefined, report: 'always' },
  });
  expect(document.outcome).toBe('valid');
});
afterAll(() => rmSync(place, { recursive: true }));

/** A copy of the sound run to be damaged, its verdict included, on a shelf of its own. */
function copy(): { readonly shelf: string; readonly path: string; readonly paths: RunPaths } {
  const shelf = join(place, `shelf-${++count}`);
  const path = join(shelf, 'run');
  cpSync(sound, path, { recursive: true, preserveTimestamps: true });
  return { shelf, path, paths: new RunPaths(path) };
}

/** As an editor leaves it: another text, and a later time. */
function rewrite(path: string, change: (text: string) => string): void {
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
  const later = new Date(Date.parse('2100-01-01'));
  utimesSync(path, later, later);
}

const DOUBT =
  /history\.jsonl is not the one that the run wrote: its SHA-256 differs from the one in run\.json/;

describe('a history that was changed after the run', () => {
  const tampered = () => {
    const damaged = copy();
    // The last client operation that was ok is gone, invocation and answer: what is left is as consistent as before.
    rewrite(damaged.paths.history, (text) => {
      const lines = text.split('\n');
      const at = lines.findLastIndex((line) => /"process":\d+.*"type":"ok"/.test(line));
      const { process } = JSON.parse(lines[at]) as { process: number };
      const from = lines.findLastIndex(
        (line, i) => i < at && line.includes(`"process":${process},`) && line.includes('"invoke"'),
      );
      return lines.filter((_, i) => i !== at && i !== from).join('\n');
    });
    return damaged;
  };

  it('is judged and reported, and proves no innocence', async () => {
    const { path, paths } = tampered();
    const { document } = await judgeAndReport(path);
    expect(document.outcome).toBe('inconclusive');
    expect(document.reasons[0]).toMatch(DOUBT);
    expect(readFileSync(paths.report, 'utf8')).toContain('is not the one that the run wrote');
  });

  it('is compared as inconclusive, whatever its old verdict says, and the page and the table name it', async () => {
    const { path } = tampered();
    const comparison = compare([
      ...(await loadRuns(path)),
      ...(await loadRuns(sound)).map((run) => ({ ...run, configuration: 'as it was' })),
    ]);
    expect(comparison.configurations.map(({ outcomes }) => outcomes)).toEqual([
      { inconclusive: 1 },
      { valid: 1 },
    ]);
    expect(comparison.doubts).toEqual([expect.stringMatching(DOUBT)]);
    expect(comparisonPage(comparison)).toContain('is not the one that the run wrote');
    expect(comparisonMarkdown(comparison)).toContain('Not to be relied on');
  });

  it('is inconclusive on the shelf, also when it was valid when the shelf first saw it', async () => {
    const { shelf: directory, paths } = copy();
    const shelf = new Shelf(directory);
    expect(await shelf.items()).toMatchObject([{ outcome: 'valid', note: '' }]);
    rewrite(paths.history, (text) => text.replace(/"type":"ok"/, '"type":"info"'));
    expect(await shelf.items()).toMatchObject([
      { outcome: 'inconclusive', note: expect.stringMatching(DOUBT) as string },
    ]);
  });

  it('is told from the run made again, by its first line that differs', async () => {
    const { path } = tampered();
    const { identical, difference, doubts } = await replaySimulated(await readRunDirectory(path), false);
    expect(identical).toBe(false);
    expect(difference?.line).toBeGreaterThan(1);
    expect(doubts).toEqual([expect.stringMatching(DOUBT)]);
  });

  it('goes into a bundle as what it is', async () => {
    const { path } = tampered();
    const { finished } = await bundle(path);
    expect(finished.document.outcome).toBe('inconclusive');
  });

  it('may have been gzipped: that changes nothing of it', async () => {
    const { path, paths } = copy();
    writeFileSync(`${paths.history}.gz`, gzipSync(readFileSync(paths.history)));
    rmSync(paths.history);
    expect((await judgeAndReport(path, { report: 'never' })).document.outcome).toBe('valid');
    expect((await loadRuns(path))[0].document.outcome).toBe('valid');
  });
});

describe('a run whose harness was killed', () => {
  const killed = () => {
    const damaged = copy();
    rmSync(damaged.paths.results);
    rmSync(damaged.paths.report);
    rewrite(damaged.paths.meta, (text) => {
      const { endedAt, historySha256, ...meta } = JSON.parse(text) as Record<string, unknown>;
      expect([typeof endedAt, typeof historySha256]).toEqual(['string', 'string']);
      return JSON.stringify(meta);
    });
    rewrite(damaged.paths.history, (text) => text.slice(0, Math.floor(text.length * 0.6)));
    return damaged;
  };

  it('is judged as far as it goes, and is inconclusive', async () => {
    const { path, paths } = killed();
    const { document } = await judgeAndReport(path);
    expect(document.outcome).toBe('inconclusive');
    expect(document.reasons.join()).toContain('the run did not come to its end');
    expect(readFileSync(paths.report, 'utf8')).toContain('the run did not come to its end');
  });

  it('is refused by compare until it is judged, and is under way for the shelf', async () => {
    const { path, shelf } = killed();
    await expect(loadRuns(path)).rejects.toThrow(/was never judged: alibi check /);
    expect(await new Shelf(shelf).items()).toMatchObject([{ outcome: 'running', hasReport: false }]);
  });

  it('differs from the run made again where it breaks off', async () => {
    const { path } = killed();
    const { identical, difference } = await replaySimulated(await readRunDirectory(path), false);
    expect([identical, difference?.line]).toEqual([false, expect.any(Number)]);
  });
});

describe('a run of a version that is not ours', () => {
  const SENTENCE = /run\.json cannot be used: it has format version 9, .* versions up to 1: update alibi/;
  const newer = () => {
    const damaged = copy();
    rewrite(damaged.paths.meta, (text) => text.replace('"version": 1', '"version": 9'));
    return damaged;
  };

  it('is refused in one sentence by whatever would judge, compare, replay or bundle it', async () => {
    const { path } = newer();
    await expect(judgeAndReport(path)).rejects.toThrow(SENTENCE);
    await expect(loadRuns(path)).rejects.toThrow(SENTENCE);
    await expect(readRunDirectory(path)).rejects.toThrow(SENTENCE);
    await expect(bundle(path)).rejects.toThrow(SENTENCE);
  });

  it('stands on the shelf as broken, with the sentence, and not with the verdict that lies beside it', async () => {
    const { shelf } = newer();
    expect(await new Shelf(shelf).items()).toMatchObject([
      { outcome: 'broken', note: expect.stringContaining('it has format version 9') as string },
    ]);
  });

  it('a verdict of another version is none: compare asks for a new one, the shelf knows none', async () => {
    const { path, paths, shelf } = copy();
    rewrite(paths.results, (text) => text.replace('"version": 1', '"version": 9'));
    await expect(loadRuns(path)).rejects.toThrow(/results\.json cannot be used: its field version is wrong/);
    expect(await new Shelf(shelf).items()).toMatchObject([{ outcome: 'not judged' }]);
    expect((await judgeAndReport(path, { report: 'never' })).document.outcome).toBe('valid');
  });

  it('made by another release, is not replayed as if equal bytes were promised', async () => {
    const { path, paths } = copy();
    rewrite(paths.meta, (text) => text.replace(/"alibi": "[^"]*"/, '"alibi": "0.0.1"'));
    await expect(replaySimulated(await readRunDirectory(path), false)).rejects.toThrow(
      /was made by alibi 0\.0\.1 and this is .* --force/,
    );
  });
});

it('a history with garbage after its end is refused with line and column, and no verdict is written', async () => {
  const { path, paths } = copy();
  const before = readFileSync(paths.results, 'utf8');
  appendFileSync(paths.history, '{"time":1,\n{"time":2}\n');
  await expect(judgeAndReport(path)).rejects.toThrow(/history\.jsonl:\d+:\d+: the line ends/);
  expect(readFileSync(paths.results, 'utf8')).toBe(before);
});
