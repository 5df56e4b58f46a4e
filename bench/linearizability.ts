import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { linearizability } from '../checkers/linearizability/linearizability.ts';
import { registerHistory, type RegisterLoad } from './generators.ts';

/**
 * Check times of the linearizability checker on synthetic histories, in a fresh process each: the first check (cold),
 * and the median of more (warm); from parsed columns to verdict, pairing of values and witness included.
 * `npx tsx bench/linearizability.ts [part of a title]` prints a Markdown table.
 *
 * Anchors: Porcupine 1.0 and its Go runtime on the machine of these figures, same kinds of input.
 */
interface Row {
  readonly title: string;
  readonly load: RegisterLoad;
  readonly valid: boolean;
  readonly porcupine: string;
  /** Seconds. */
  readonly target: number;
}

const seed = 1;
const unique = (operations: number, concurrency: number): RegisterLoad => ({ operations, concurrency, seed });
const stale = (load: RegisterLoad): RegisterLoad => ({ ...load, stale: true });

const ROWS: readonly Row[] = [
  { title: 'register 10k c10', load: unique(1e4, 10), valid: true, porcupine: '3.4 s', target: 0.03 },
  {
    title: 'register 10k c10, stale',
    load: stale(unique(1e4, 10)),
    valid: false,
    porcupine: '3.4 s',
    target: 0.03,
  },
  { title: 'register 10k c30', load: unique(1e4, 30), valid: true, porcupine: '> 60 s', target: 0.03 },
  {
    title: 'register 10k c30, stale',
    load: stale(unique(1e4, 30)),
    valid: false,
    porcupine: '> 60 s',
    target: 0.03,
  },
  { title: 'register 10k c100', load: unique(1e4, 100), valid: true, porcupine: '> 60 s', target: 0.03 },
  {
    title: 'register 10k c100, stale',
    load: stale(unique(1e4, 100)),
    valid: false,
    porcupine: '> 60 s',
    target: 0.03,
  },
  { title: 'register 100k c5', load: unique(1e5, 5), valid: true, porcupine: '2.4 s', target: 0.15 },
  { title: 'register 100k c100', load: unique(1e5, 100), valid: true, porcupine: '–', target: 0.2 },
  { title: 'register 1M c30', load: unique(1e6, 30), valid: true, porcupine: '–', target: 0.6 },
  {
    title: 'register 10k c10, 0.5 % indeterminate, stale',
    load: { ...stale(unique(1e4, 10)), indeterminate: 0.005 },
    valid: false,
    porcupine: '> 15 s',
    target: 0.03,
  },
  {
    title: 'register, 5 values, 10k c10',
    load: { ...unique(1e4, 10), values: 5 },
    valid: true,
    porcupine: '0.73 s',
    target: 0.3,
  },
  {
    title: 'register, 5 values, 10k c30',
    load: { ...unique(1e4, 30), values: 5 },
    valid: true,
    porcupine: '> 15 s',
    target: 1.5,
  },
  {
    title: 'cas, 5 values, 10k c5',
    load: { ...unique(1e4, 5), values: 5, cas: true },
    valid: true,
    porcupine: '0.02 s',
    target: 0.02,
  },
  {
    title: 'cas, 5 values, 10k c10',
    load: { ...unique(1e4, 10), values: 5, cas: true },
    valid: true,
    porcupine: '0.12 s',
    target: 0.08,
  },
  {
    title: 'cas, 5 values, 10k c30',
    load: { ...unique(1e4, 30), values: 5, cas: true },
    valid: true,
    porcupine: '> 15 s',
    target: 5,
  },
  {
    title: 'key-value 1M c30, 1,000 keys',
    load: { ...unique(1e6, 30), keys: 1000 },
    valid: true,
    porcupine: '1.20 s',
    target: 0.5,
  },
  {
    title: 'key-value 1M c30, 1,000 keys, stale',
    load: { ...stale(unique(1e6, 30)), keys: 1000 },
    valid: false,
    porcupine: '1.12 s',
    target: 0.5,
  },
];

interface Figures {
  readonly cold: number;
  readonly warm: number;
  readonly cpu: number;
  readonly megabytes: number;
}

/** Runs in a process of its own. Times in ms; `cpu` the least processor time of a warm check, `megabytes` the process' most. */
function measure({ title, load, valid }: Row): Figures {
  const history = registerHistory(load);
  const times: number[] = [];
  let cpu = Infinity;
  for (let i = 0; i < (load.operations > 1e5 ? 5 : 15); i++) {
    const begin = performance.now();
    const cpuBegin = process.cpuUsage();
    const verdict = linearizability.check(history, {});
    times.push(performance.now() - begin);
    cpu = Math.min(cpu, process.cpuUsage(cpuBegin).user / 1000);
    if (verdict instanceof Promise || verdict.valid !== valid) throw new Error(`${title}: wrong verdict`);
  }
  const warm = times.slice(1).sort((a, b) => a - b);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  return { cold: times[0], warm: warm[warm.length >> 1], cpu, megabytes };
}

function main(only: string): void {
  process.stdout.write(
    '| input | cold, s | warm, s | warm cpu, s | RSS with generator, MB | Porcupine | target, s |\n|---|---|---|---|---|---|---|---|\n',
  );
  for (const [i, row] of ROWS.entries()) {
    if (!row.title.includes(only)) continue;
    const self = fileURLToPath(import.meta.url);
    const output = execFileSync(process.execPath, [...process.execArgv, self, '--row', String(i)], {
      encoding: 'utf8',
    });
    const { cold, warm, cpu, megabytes } = JSON.parse(output) as Figures;
    const seconds = [cold, warm, cpu].map((ms) => (ms / 1000).toFixed(3)).join(' | ');
    process.stdout.write(
      `| ${row.title} | ${seconds} | ${megabytes.toFixed(0)} | ${row.porcupine} | ≤ ${row.target} |\n`,
    );
  }
}

if (process.argv[2] === '--row') process.stdout.write(JSON.stringify(measure(ROWS[Number(process.argv[3])])));
else main(process.argv[2] ?? '');
