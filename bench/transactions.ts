import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { historyOfLoad, type ListLoad } from '../checkers/transactions/testing/simulate.ts';
import { transactions } from '../checkers/transactions/transactions.ts';
import type { Verdict } from '../checkers/types.ts';

/**
 * Check times of the transactional checker on synthetic list-append histories judged as strict serializable, in a
 * fresh process each: the first check (cold) and the median of more (warm), from parsed columns to verdict, witnesses
 * included. `npx tsx bench/transactions.ts [part of a title]` prints a Markdown table.
 *
 * Anchors: Elle 0.2 on the machine of these figures, warm, same kinds of input.
 */
interface Row {
  readonly title: string;
  readonly load: ListLoad;
  /** The anomalies that must be named, exactly. */
  readonly names: readonly string[];
  readonly elle: string;
  /** Seconds. */
  readonly target: number;
}

const load = (count: number, more: Partial<ListLoad> = {}): ListLoad => ({
  transactions: count,
  concurrency: 10,
  appendsPerKey: 64,
  isolation: 'serializable',
  seed: 1,
  ...more,
});

const ROWS: readonly Row[] = [
  { title: '10k valid', load: load(1e4), names: [], elle: '1.37 s', target: 0.06 },
  { title: '100k valid', load: load(1e5), names: [], elle: '4.9 s, 2.3 GB', target: 0.6 },
  { title: '1M valid', load: load(1e6), names: [], elle: '37.7 s, 13.9 GB', target: 6 },
  {
    title: '100k with one read skew',
    load: load(1e5, { readSkew: true }),
    names: ['G-single-item', 'fractured-read-process'],
    elle: '5.3 s, cycle search timed out, missed',
    target: 0.8,
  },
  {
    title: '100k under snapshot isolation',
    load: load(1e5, { isolation: 'snapshot' }),
    names: ['G2-item', 'G2-item-process', 'G2-item-realtime'],
    elle: '9.0 s',
    target: 1.5,
  },
];

interface Figures {
  readonly cold: number;
  readonly warm: number;
  readonly cpu: number;
  readonly megabytes: number;
  readonly found: number;
}

/** Runs in a process of its own. Times in ms; `cpu` the least processor time of a warm check. */
function measure({ title, load: input, names }: Row): Figures {
  const history = historyOfLoad(input);
  const times: number[] = [];
  let cpu = Infinity;
  let found = 0;
  for (let i = 0; i < (input.transactions > 1e5 ? 3 : 9); i++) {
    const begin = performance.now();
    const cpuBegin = process.cpuUsage();
    const { findings } = transactions.check(history, {}) as Verdict;
    times.push(performance.now() - begin);
    cpu = Math.min(cpu, process.cpuUsage(cpuBegin).user / 1000);
    const seen = [...new Set(findings.map(({ name }) => name))].sort();
    if (seen.join() !== names.join()) throw new Error(`${title}: found ${seen.join(', ') || 'nothing'}`);
    found = findings.reduce((sum, { count = 1 }) => sum + count, 0);
  }
  const warm = times.slice(1).sort((a, b) => a - b);
  return {
    cold: times[0],
    warm: warm[warm.length >> 1],
    cpu,
    megabytes: process.resourceUsage().maxRSS / 1024,
    found,
  };
}

function main(only: string): void {
  process.stdout.write(
    '| input | cold, s | warm, s | warm cpu, s | RSS with generator, MB | components | Elle | target, s |\n|---|---|---|---|---|---|---|---|\n',
  );
  for (const [i, row] of ROWS.entries()) {
    if (!row.title.includes(only)) continue;
    const self = fileURLToPath(import.meta.url);
    const memory = '--max-old-space-size=8000';
    const output = execFileSync(process.execPath, [...process.execArgv, memory, self, '--row', String(i)], {
      encoding: 'utf8',
    });
    const { cold, warm, cpu, megabytes, found } = JSON.parse(output) as Figures;
    const seconds = [cold, warm, cpu].map((ms) => (ms / 1000).toFixed(3)).join(' | ');
    process.stdout.write(
      `| ${row.title} | ${seconds} | ${megabytes.toFixed(0)} | ${found} | ${row.elle} | ≤ ${row.target} |\n`,
    );
  }
}

const row = process.argv.indexOf('--row');
if (row > 0) process.stdout.write(JSON.stringify(measure(ROWS[Number(process.argv[row + 1])])));
else main(process.argv[2] ?? '');
