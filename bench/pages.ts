// Pages against their targets: `tsx --expose-gc bench/pages.ts [part of a title]`. Figures are CPU seconds of this process
// (what an idle machine would take, more or less); what a browser shows is measured by its own clock.
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { performanceOf } from '../checkers/performance/performance.ts';
import { compare } from '../results/compare/comparison.ts';
import { loadRuns } from '../results/compare/load.ts';
import { comparisonPage } from '../results/compare/page.ts';
import { writeReport } from '../results/report.ts';
import { Shelf } from '../results/serve/shelf.ts';
import { shelfPage } from '../results/serve/shelf-page.ts';
import { executablePath, hasBrowser } from '../results/testing/browser.ts';
import { inventedHistory, inventedRun } from '../results/testing/invented-run.ts';

const [only = ''] = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'alibi-bench-'));
let missed = 0;

function row(title: string, measured: number, target: number, unit: string, atLeast = false): void {
  const met = atLeast ? measured >= target : measured <= target;
  if (!met) missed++;
  const figure = measured >= 100 ? measured.toFixed(0) : measured.toFixed(2);
  process.stdout.write(
    `| ${title} | ${figure} ${unit} | ${atLeast ? '≥' : '≤'} ${target} ${unit} | ${met ? 'yes' : 'NO'} |\n`,
  );
}

async function cpu(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** A run directory as its verdict needs it; the history is not read by lists and comparisons. */
function writeRun(path: string, seed: number): void {
  mkdirSync(path, { recursive: true });
  const meta = {
    ...{
      version: 1,
      id: `run-${seed}`,
      alibi: '0.1.0',
      startedAt: new Date(1.7e12 + seed * 1e5).toISOString(),
    },
    ...{
      endedAt: new Date(1.7e12 + seed * 1e5 + 2e4).toISOString(),
      cluster: 'reference',
      configuration: seed % 2 ? 'sync' : 'async',
    },
    ...{
      world: 'sim',
      workload: 'register',
      nemesis: ['kill:one'],
      seed: String(seed),
      nodes: ['n1', 'n2', 'n3'],
    },
    ...{ settings: {}, options: { time: 20, rate: 300 }, claims: [], versions: {}, clockOffsetsMs: {} },
    environment: { node: 'v20', platform: 'linux', cpu: 'x', cpus: 2, memoryBytes: 1 },
    command: 'alibi run reference',
  };
  writeFileSync(join(path, 'run.json'), JSON.stringify(meta));
  const performance = performanceOf(inventedHistory({ operations: 300 + (seed % 7) }));
  const results = {
    ...{ version: 1, outcome: 'valid', reasons: [], anomalies: [], checks: [], checkMs: 1, run: path },
    stats: { performance },
  };
  writeFileSync(join(path, 'results.json'), JSON.stringify(results));
}

process.stdout.write('| page | measured | target | met |\n|---|---|---|---|\n');

if ('serve'.includes(only)) {
  const shelf = join(scratch, 'shelf');
  for (let seed = 0; seed < 20; seed++) writeRun(join(shelf, `run-${seed}`), seed);
  for (let seed = 20; seed < 2000; seed++) {
    cpSync(join(shelf, `run-${seed % 20}`), join(shelf, `run-${seed}`), { recursive: true });
  }
  const reader = new Shelf(shelf);
  const first = await cpu(async () => shelfPage(shelf, await reader.items()));
  const again = await cpu(async () => shelfPage(shelf, await reader.items()));
  row('serve, 2,000 runs, first list', first * 1000, 1500, 'ms CPU');
  row('serve, 2,000 runs, list', again * 1000, 300, 'ms CPU');
  const twenty = Array.from({ length: 20 }, (_, i) => join(shelf, `run-${i}`));
  const compared = await cpu(async () =>
    comparisonPage(compare((await Promise.all(twenty.map(loadRuns))).flat())),
  );
  row('compare 20 runs', compared, 2, 's CPU');
}

if ('report'.includes(only)) {
  const path = join(scratch, 'report.html');
  // The page's program may have to be built first.
  await writeReport(path, inventedRun({ operations: 1000 }));
  await writeReport(path, inventedRun({ operations: 10_000 }));
  row('report of 10,000 operations, size', statSync(path).size / 1e6, 1, 'MB');
  const million = inventedRun({ operations: 1_000_000 });
  row('report of 1,000,000 operations, built', await cpu(() => writeReport(path, million)), 6, 's CPU');
  row('report of 1,000,000 operations, size', statSync(path).size / 1e6, 25, 'MB');
  if (hasBrowser) await inBrowser(path);
}

/** First paint from the navigation's own timings, and frames while the timeline is zoomed and moved by keys. */
async function inBrowser(path: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(pathToFileURL(path).href);
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  row('report of 1,000,000 operations, first paint', paint / 1000, 2, 's');
  await page.getByRole('application').waitFor({ timeout: 120_000 });
  await page.getByRole('application').focus();
  await page.evaluate(
    'globalThis.frames_ = []; (function next(t) { frames_.push(t); requestAnimationFrame(next); })(performance.now())',
  );
  for (const key of [
    '+',
    '+',
    '+',
    'ArrowRight',
    'ArrowRight',
    'ArrowLeft',
    '-',
    '+',
    'ArrowRight',
    '+',
    '-',
    '-',
  ])
    await page.keyboard.press(key, { delay: 60 });
  const frames = await page.evaluate<number[]>('frames_');
  row(
    'report of 1,000,000 operations, pan and zoom',
    ((frames.length - 1) * 1000) / (frames[frames.length - 1] - frames[0]),
    30,
    'frames/s',
    true,
  );
  await browser.close();
}

rmSync(scratch, { recursive: true });
if (missed > 0) process.stdout.write(`\n${missed} targets missed\n`);
