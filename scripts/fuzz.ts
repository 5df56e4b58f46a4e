// The checkers against brute force and the readers against damaged files, at length.
// tsx scripts/fuzz.ts [--scale F] [--seed N] [NAME…]: F = 1 is what CI runs.
import { parseArgs } from 'node:util';
import { fuzz as fuzzLinearizability, SIMULATIONS } from '../checkers/linearizability/testing/fuzz.ts';
import { CLASSICS } from '../checkers/classics/testing/definitions.ts';
import { fuzzAgainst, fuzzQueues } from '../checkers/classics/testing/fuzz.ts';
import { fuzzCausal, fuzzViews } from '../checkers/causal/testing/fuzz.ts';
import { fuzzCounters, fuzzSets, fuzzSiblings } from '../checkers/crdts/testing/fuzz.ts';
import { fuzzLww } from '../checkers/lww/testing/fuzz.ts';
import { fuzzOnline } from '../checkers/online/testing/fuzz.ts';
import { fuzzRegular } from '../checkers/regular/testing/fuzz.ts';
import { fuzzSequential } from '../checkers/sequential/testing/fuzz.ts';
import { fuzzScans } from '../checkers/scans/testing/fuzz.ts';
import { fuzzSessions } from '../checkers/session/testing/fuzz.ts';
import { COLLECTIONS } from '../checkers/sets-queues-counters/testing/definitions.ts';
import { exhaustObjects } from '../checkers/testing/exhaust-objects.ts';
import { exhaustRegisters } from '../checkers/testing/exhaust.ts';
import { fuzzStaleness } from '../checkers/staleness/testing/fuzz.ts';
import { fuzzTransactions } from '../checkers/transactions/testing/fuzz.ts';
import { fuzzReader } from '../harness/history/testing/fuzz.ts';

type Fuzzer = readonly [
  name: string,
  runs: number,
  run: (runs: number, seed: number) => object | Promise<object>,
];

const FUZZERS: readonly Fuzzer[] = [
  ...Object.keys(SIMULATIONS).map((name): Fuzzer => [
    `linearizability/${name}`,
    100_000,
    (runs, seed) => fuzzLinearizability(name, runs, seed),
  ]),
  ['sequential', 100_000, fuzzSequential],
  ['regular', 100_000, fuzzRegular],
  ['session', 100_000, fuzzSessions],
  ['lww', 100_000, fuzzLww],
  ['crdt-counter', 100_000, fuzzCounters],
  ['crdt-set', 100_000, fuzzSets],
  ['siblings', 100_000, fuzzSiblings],
  ['fifo-queue', 100_000, fuzzQueues],
  ['classics', 50_000, (runs, seed) => fuzzAgainst(CLASSICS, runs, seed)],
  ['collections', 50_000, (runs, seed) => fuzzAgainst(COLLECTIONS, runs, seed)],
  ['staleness', 100_000, fuzzStaleness],
  ['causal', 50_000, fuzzCausal],
  ['causal-memory', 100_000, fuzzViews],
  ['scans', 100_000, fuzzScans],
  ['transactions', 100_000, fuzzTransactions],
  // Every history of three operations, whatever the scale.
  ['exhaustive/objects', 1, () => exhaustObjects(3)],
  ['exhaustive/registers', 1, () => exhaustRegisters({ operations: 3, sessions: 3, keys: 2, thinAir: true })],
  ['online', 10_000, fuzzOnline],
  ['readers', 10_000, fuzzReader],
];

const { values, positionals } = parseArgs({
  options: { scale: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});
let failed = 0;
for (const [name, runs, run] of FUZZERS) {
  if (positionals.length > 0 && !positionals.some((p) => name.startsWith(p))) continue;
  const count = Math.ceil(runs * Number(values.scale));
  const started = process.hrtime.bigint();
  try {
    const tally = await run(count, Number(values.seed));
    const seconds = Number((process.hrtime.bigint() - started) / 1_000_000n) / 1000;
    console.log(
      `${name}: ${count} inputs, seed ${values.seed}, ${seconds.toFixed(1)} s: ${JSON.stringify(tally)}`,
    );
  } catch (error) {
    failed++;
    console.error(`${name}, seed ${values.seed}:`, error);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
