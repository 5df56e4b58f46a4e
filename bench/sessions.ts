import { fileURLToPath } from 'node:url';
import { causal } from '../checkers/causal/causal.ts';
import { lww } from '../checkers/lww/lww.ts';
import { monotonicReads } from '../checkers/session/monotonic-reads.ts';
import { readYourWrites } from '../checkers/session/read-your-writes.ts';
import type { Checker, Verdict } from '../checkers/types.ts';
import { runBench, type Row } from './support/measure.ts';
import { causalHistory, lwwHistory } from './support/replicas.ts';

/** Check times of the session, causal and last-writer-wins checkers; nobody else judges these at such a size. */
const by =
  (...checkers: readonly Checker[]): Row['check'] =>
  (history) =>
    checkers.map((checker) => checker.check(history, {}) as Verdict);

const load = (operations: number) => ({ operations, sessions: 20, keys: 1000, lag: 100, seed: 1 });
const sizes = [1e4, 1e5, 1e6];
const base = { valid: true, anchor: '–' };

const ROWS: readonly Row[] = [
  ...sizes.map((n): Row => ({
    ...base,
    title: `read-your-writes + monotonic-reads, ${n} operations`,
    input: () => causalHistory(load(n)),
    check: by(readYourWrites, monotonicReads),
    target: 0.6,
  })),
  ...sizes.map((n): Row => ({
    ...base,
    title: `causal convergence, ${n} operations, 20 sessions`,
    input: () => causalHistory(load(n)),
    check: by(causal),
    target: 3,
    memory: 700,
  })),
  ...sizes.map((n): Row => ({
    ...base,
    title: `last writer wins, ${n} operations, 10,000 cells`,
    input: () => lwwHistory({ ...load(n), keys: 5000 }),
    check: by(lww),
    target: 2,
  })),
];

await runBench(fileURLToPath(import.meta.url), 'anchor', ROWS);
