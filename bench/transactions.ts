import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { historyOfRegisters } from '../checkers/transactions/testing/simulate-registers.ts';
import {
  historyOfLoad,
  historyOfLists,
  simulateLists,
  staleReads,
  type ListLoad,
} from '../checkers/transactions/testing/simulate.ts';
import type { History } from '../harness/history/history.ts';
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
  readonly history: () => History;
  /** Models judged by; strict serializable if absent. */
  readonly models?: readonly string[];
  readonly repeat?: number;
  /** The anomalies that must be named, exactly; null: at least one. */
  readonly names: readonly string[] | null;
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

const lists =
  (count: number, more: Partial<ListLoad> = {}) =>
  (): History =>
    historyOfLoad(load(count, more));

const registers = (transactions: number, size: number, keys: number) => (): History =>
  historyOfRegisters({ transactions, size, keys, concurrency: 10, seed: 1 });

const ROWS: readonly Row[] = [
  { title: '10k valid', history: lists(1e4), names: [], elle: '1.37 s', target: 0.06 },
  { title: '100k valid', history: lists(1e5), names: [], elle: '4.9 s, 2.3 GB', target: 0.6 },
  { title: '1M valid', history: lists(1e6), repeat: 3, names: [], elle: '37.7 s, 13.9 GB', target: 6 },
  {
    title: '100k with one read skew',
    history: lists(1e5, { readSkew: true }),
    names: ['G-single-item', 'fractured-read-process'],
    elle: '5.3 s, cycle search timed out, missed',
    target: 0.8,
  },
  {
    title: '100k under snapshot isolation',
    history: lists(1e5, { isolation: 'snapshot' }),
    names: ['G2-item', 'G2-item-process', 'G2-item-realtime'],
    elle: '9.0 s',
    target: 1.5,
  },
  {
    title: 'one component of 20k',
    history: () => historyOfLists(staleReads(simulateLists(load(2e4)), 1, 0.5, 8)),
    names: null,
    elle: '4.5 s, timed out',
    target: 1,
  },
  ...(['causal-cerone', 'monotonic-atomic-view', 'read-atomic'] as const).map((model) => ({
    title: `registers, 100k × 10, ${model}`,
    history: registers(1e5, 10, 1000),
    models: [model],
    names: [],
    repeat: 3,
    elle: '–',
    target: 2,
  })),
  ...([100, 1000, 10_000] as const).map((keys) => ({
    title: `registers, 10k × 8 on ${keys} keys, strict serializable`,
    history: registers(1e4, 8, keys),
    repeat: 4,
    names: [],
    elle: '– (Cobra: 14 s with a GPU)',
    target: 1,
  })),
  {
    title: 'registers, 10k × 8 on 1000 keys, session order only',
    history: registers(1e4, 8, 1000),
    repeat: 4,
    models: ['strong-session-serializable'],
    names: [],
    elle: '–',
    target: 1,
  },
  {
    title: 'registers, 10k × 8 on 1000 keys, snapshot isolation',
    history: registers(1e4, 8, 1000),
    repeat: 4,
    models: ['strong-snapshot-isolation'],
    names: [],
    elle: '–',
    target: 1,
  },
  {
    title: 'registers, 100k × 8 on 1000 keys, strict serializable',
    history: registers(1e5, 8, 1000),
    names: [],
    repeat: 2,
    elle: '–',
    target: 20,
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
function measure({ title, history: generate, models = [], names, repeat = 9 }: Row): Figures {
  const history = generate();
  const times: number[] = [];
  let cpu = Infinity;
  let found = 0;
  for (let i = 0; i < repeat; i++) {
    const begin = performance.now();
    const cpuBegin = process.cpuUsage();
    const { findings, valid } = transactions.check(history, { consistency: models }) as Verdict;
    times.push(performance.now() - begin);
    cpu = Math.min(cpu, process.cpuUsage(cpuBegin).user / 1000);
    const seen = [...new Set(findings.map(({ name }) => name))].sort();
    const isRight =
      names === null ? valid === false : seen.join() === names.join() && valid === (names.length === 0);
    if (!isRight) throw new Error(`${title}: found ${seen.join(', ') || 'nothing'}, valid: ${valid}`);
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
