import { transactions } from '../checkers/transactions/transactions.ts';
import { historyOfRegisters } from '../checkers/transactions/testing/simulate-registers.ts';
import {
  historyOfLists,
  historyOfLoad,
  simulateLists,
  staleReads,
  type ListLoad,
} from '../checkers/transactions/testing/simulate.ts';
import type { Verdict } from '../checkers/types.ts';
import type { History } from '../harness/history/history.ts';
import { runBench, type Row } from './support/measure.ts';

/**
 * Check times of the transactional checker: lists judged as strict serializable, registers by the models named.
 * Anchors: Elle 0.2, warm, on the machine of these figures and the same kinds of input; Cobra's from its paper.
 */
const load = (count: number, more: Partial<ListLoad> = {}): ListLoad => ({
  transactions: count,
  concurrency: 10,
  appendsPerKey: 64,
  isolation: 'serializable',
  seed: 1,
  ...more,
});

/** The anomalies that must be named, exactly; at least one if it is not said which. */
interface Expected {
  readonly model?: string;
  readonly names?: readonly string[];
  /** Transactions that must be enough to show the first finding. */
  readonly witness?: number;
}

function judge(history: History, { model, names, witness }: Expected): Verdict {
  const verdict = transactions.check(history, model === undefined ? {} : { consistency: [model] }) as Verdict;
  const found = [...new Set(verdict.findings.map(({ name }) => name))].sort().join();
  if (names !== undefined && found !== names.join()) throw new Error(`found ${found || 'nothing'}`);
  if (witness !== undefined && verdict.findings[0].witness.length !== witness)
    throw new Error('a witness that is too large');
  return verdict;
}

type More = Partial<Row> & Pick<Row, 'anchor' | 'target'>;

const row = (title: string, input: () => History, expected: Expected, more: More): Row => ({
  title,
  input,
  check: (history) => [judge(history, expected)],
  valid: expected.names?.length === 0,
  ...more,
});

const lists = (title: string, given: ListLoad, expected: Expected, more: More): Row =>
  row(title, () => historyOfLoad(given), expected, more);

const registers = (size: number, count: number, keys: number, model: string, more: More): Row =>
  row(
    `registers, ${count / 1000}k × ${size} on ${keys} keys, ${model}`,
    () => historyOfRegisters({ transactions: count, size, keys, concurrency: 10, seed: 1 }),
    { model, names: [] },
    { repeat: 4, ...more },
  );

const COBRA = { anchor: '– (Cobra: 14 s with a GPU)', target: 1 };
const NONE = '–';

await runBench(import.meta.filename, 'Elle', [
  lists('10k valid', load(1e4), { names: [] }, { anchor: '1.37 s', target: 0.06 }),
  lists('100k valid', load(1e5), { names: [] }, { anchor: '4.9 s, 2.3 GB', target: 0.6, memory: 400 }),
  lists('1M valid', load(1e6), { names: [] }, { anchor: '37.7 s, 13.9 GB', target: 6, memory: 2500 }),
  lists(
    '100k, one read skew',
    load(1e5, { readSkew: true }),
    { names: ['G-monotonic-indirect', 'G-single-item', 'fractured-read-process'], witness: 2 },
    { anchor: '5.3 s, timed out, missed', target: 0.8 },
  ),
  lists(
    '100k under snapshot isolation',
    load(1e5, { isolation: 'snapshot' }),
    { names: ['G-update', 'G2-item', 'G2-item-process', 'G2-item-realtime'] },
    { anchor: '9.0 s, 1,464 G2-item', target: 1.5 },
  ),
  row(
    '20k in one component (19,768)',
    () => historyOfLists(staleReads(simulateLists(load(2e4)), 1, 0.5, 8)),
    {},
    { anchor: '4.5 s, timed out', target: 1 },
  ),
  ...['strong-session-causal-cerone', 'causal-cerone', 'monotonic-atomic-view', 'read-atomic'].map((model) =>
    registers(10, 1e5, 1000, model, { anchor: NONE, target: 2 }),
  ),
  ...[100, 1000, 10_000].map((keys) => registers(8, 1e4, keys, 'strict-serializable', COBRA)),
  registers(8, 1e4, 1000, 'strong-session-serializable', COBRA),
  registers(8, 1e4, 1000, 'serializable', COBRA),
  registers(8, 1e4, 1000, 'strong-snapshot-isolation', { anchor: NONE, target: 1 }),
  registers(8, 1e5, 1000, 'strict-serializable', { anchor: NONE, target: 20, repeat: 2 }),
]);
