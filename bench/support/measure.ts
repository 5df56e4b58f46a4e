import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '../../checkers/types.ts';
import { events, type History } from '../../harness/history/history.ts';
import { readHistorySync } from '../../harness/history/reader.ts';
import { eventLine } from '../../harness/history/writer.ts';

/** One line of a table of figures. */
export interface Row {
  readonly title: string;
  /** The history, or the histories that are judged one after the other. */
  readonly input: () => History | readonly string[];
  readonly check: (history: History) => readonly Verdict[] | Promise<readonly Verdict[]>;
  readonly valid: boolean;
  /** What the anchor takes for the same on this machine. */
  readonly anchor: string;
  /** Seconds that a warm check may take. */
  readonly target: number;
  /** Megabytes that reading and checking may take, if that is limited. */
  readonly memory?: number;
  /** The target is for reading the file and a cold check together. */
  readonly reading?: boolean;
  /** Checks, the first of them cold; by default 5 of a million events, else 15. */
  readonly repeat?: number;
}

interface Figures {
  readonly read: number;
  readonly cold: number;
  readonly warm: number;
  readonly cpu: number;
  readonly megabytes: number;
}

/**
 * `tsx bench/NAME.ts [part of a title]`: a Markdown table of check times, from parsed columns to verdict, witnesses
 * included. Each input is generated and written by one process, then read and judged by another, of which the first
 * check is cold, the median of more, after a second of them, is warm, and `cpu` is the mean processor time of the warm
 * ones. Targets are held against the lesser of these two: on a busy machine the clock says nothing, and processor time
 * counts the threads of the collector and the compiler, which on an idle one run beside the check. RSS is the most that
 * the process had when it had read and checked once: later checks add their garbage.
 */
export async function runBench(self: string, anchor: string, rows: readonly Row[]): Promise<void> {
  const [mode, name, file] = process.argv.slice(2);
  if (mode === '--generate') write(rows[Number(name)], file);
  else if (mode === '--measure')
    process.stdout.write(JSON.stringify(await measure(rows[Number(name)], file.split(','))));
  else table(self, anchor, rows, mode ?? '');
}

function table(self: string, anchor: string, rows: readonly Row[], only: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'alibi-bench-'));
  const child = (...args: string[]): string =>
    execFileSync(process.execPath, [...process.execArgv, '--max-old-space-size=8000', self, ...args], {
      encoding: 'utf8',
    });
  const line = (cells: readonly string[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`);
  line(['input', 'read, s', 'cold, s', 'warm, s', 'warm cpu, s', 'RSS, MB', anchor, 'target', 'met']);
  line(Array.from({ length: 9 }, () => '---'));
  let missed = 0;
  for (const [i, row] of rows.entries()) {
    if (!row.title.includes(only)) continue;
    const file = join(scratch, 'history.jsonl');
    const files = child('--generate', String(i), file);
    if (files === '') {
      line([row.title, 'skipped: its data is not here', '', '', '', '', row.anchor, `≤ ${row.target} s`, '']);
      continue;
    }
    const figures = JSON.parse(child('--measure', String(i), files)) as Figures;
    const spent = row.reading ? figures.read + figures.cold : Math.min(figures.warm, figures.cpu);
    const met = spent <= row.target && figures.megabytes <= (row.memory ?? Infinity);
    if (!met) missed++;
    const seconds = [figures.read, figures.cold, figures.warm, figures.cpu].map((s) => s.toFixed(3));
    const target = `≤ ${row.target} s${row.reading ? ' with reading' : ''}${row.memory ? `, ${row.memory} MB` : ''}`;
    line([row.title, ...seconds, figures.megabytes.toFixed(0), row.anchor, target, met ? 'yes' : 'NO']);
  }
  rmSync(scratch, { recursive: true });
  if (missed > 0) process.stdout.write(`\n${missed} targets missed\n`);
}

/** Writes a row's history and tells the files, by comma. */
function write({ input }: Row, file: string): void {
  const made = input();
  if (!('length' in made && 'pair' in made)) {
    process.stdout.write(made.join());
    return;
  }
  writeFileSync(file, '');
  let text = '';
  for (const event of events(made)) {
    text += eventLine(event);
    if (text.length < 1 << 20) continue;
    appendFileSync(file, text);
    text = '';
  }
  appendFileSync(file, text);
  process.stdout.write(file);
}

/** Seconds of checks until the compiler has seen enough of them: small inputs are over before it has begun. */
const WARM_UP = 1;

async function measure({ title, check, valid, repeat }: Row, files: readonly string[]): Promise<Figures> {
  const begun = performance.now();
  const histories = files.map((file) => readHistorySync(file).history);
  const read = (performance.now() - begun) / 1000;
  const times: number[] = [];
  let cpu = 0;
  let megabytes = 0;
  const events = histories.reduce((sum, { length }) => sum + length, 0);
  const wanted = repeat ?? (events > 1e6 ? 5 : 15);
  let warmUp = 0;
  while (times.length < wanted) {
    // Copies, so that nothing remembered of a history outlives a check.
    const fresh = histories.map((history) => ({ ...history }));
    const before = process.cpuUsage();
    const start = performance.now();
    const verdicts: Verdict[] = [];
    for (const history of fresh) verdicts.push(...(await check(history)));
    const seconds = (performance.now() - start) / 1000;
    if (megabytes === 0) megabytes = process.resourceUsage().maxRSS / 1024;
    const isWarmUp = times.length === 1 && times[0] + warmUp < WARM_UP;
    if (isWarmUp) warmUp += seconds;
    else if (times.push(seconds) > 1) cpu += process.cpuUsage(before).user / 1e6;
    if (files.length === 1 && verdicts.every((v) => v.valid === true) !== valid)
      throw new Error(`${title}: wrong verdict`);
    if (verdicts.some((v) => v.valid === 'unknown')) throw new Error(`${title}: no verdict`);
  }
  const warm = times.slice(1).sort((a, b) => a - b);
  cpu /= warm.length;
  return { read, cold: times[0], warm: warm[warm.length >> 1], cpu, megabytes };
}
