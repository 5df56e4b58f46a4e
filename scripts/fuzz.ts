// The checkers against brute force and the readers against damaged files, at length.
// tsx scripts/fuzz.ts [--scale F] [--seed N] [--jobs N] [NAME…]: F = 1 is what CI runs.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fuzz as fuzzLinearizability, SIMULATIONS } from '../checkers/linearizability/testing/fuzz.ts';
import { CLASSICS } from '../checkers/classics/testing/definitions.ts';
import { fuzzAgainst, fuzzQueues } from '../checkers/classics/testing/fuzz.ts';
import { fuzzCausal, fuzzViews } from '../checkers/causal/testing/fuzz.ts';
import { fuzzCounters, fuzzSets, fuzzSiblings } from '../checkers/crdts/testing/fuzz.ts';
import { fuzzLww } from '../checkers/lww/testing/fuzz.ts';
import { fuzzOnline } from '../checkers/online/testing/fuzz.ts';
import { fuzzPartitions } from '../checkers/partitions/testing/fuzz.ts';
import { fuzzRegular } from '../checkers/regular/testing/fuzz.ts';
import { fuzzSequential } from '../checkers/sequential/testing/fuzz.ts';
import { fuzzScans } from '../checkers/scans/testing/fuzz.ts';
import { fuzzCauses } from '../checkers/session/testing/causes.ts';
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
  ['causes', 100_000, fuzzCauses],
  ['lww', 100_000, fuzzLww],
  ['crdt-counter', 100_000, fuzzCounters],
  ['crdt-set', 100_000, fuzzSets],
  ['siblings', 100_000, fuzzSiblings],
  ['fifo-queue', 100_000, fuzzQueues],
  ['classics', 100_000, (runs, seed) => fuzzAgainst(CLASSICS, runs, seed)],
  ['collections', 100_000, (runs, seed) => fuzzAgainst(COLLECTIONS, runs, seed)],
  ['staleness', 100_000, fuzzStaleness],
  ['causal', 100_000, fuzzCausal],
  ['causal-memory', 100_000, fuzzViews],
  ['scans', 100_000, fuzzScans],
  ['partitions', 100_000, fuzzPartitions],
  // Ten milliseconds each: the 100,000 of a release are a script's (--scale 6.25).
  ['transactions', 16_000, fuzzTransactions],
  // Every history of three operations, whatever the scale.
  ['exhaustive/objects', 1, () => exhaustObjects(3)],
  [
    'exhaustive/registers',
    1,
    () => exhaustRegisters({ operations: 3, sessions: 3, keys: 2, unwritten: 'too' }),
  ],
  ['online', 10_000, fuzzOnline],
  ['readers', 10_000, fuzzReader],
];

/** By far. */
const LONGEST = 'transactions';

const { values, positionals } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
/** A name, or how several begin. */
const asked = (name: string, word: string): boolean =>
  FUZZERS.some(([known]) => known === word) ? name === word : name.startsWith(word);
const chosen = FUZZERS.filter(
  ([name]) => positionals.length === 0 || positionals.some((word) => asked(name, word)),
);
const passed = Number(values.jobs) > 1 ? await inProcesses(Number(values.jobs)) : await here();
process.exitCode = passed ? 0 : 1;

/** One fuzzer after the other. */
async function here(): Promise<boolean> {
  let failed = 0;
  for (const [name, runs, run] of chosen) {
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
  return failed === 0;
}

/** A process each, so many at a time, the longest first: what comes last decides when all are done. */
async function inProcesses(jobs: number): Promise<boolean> {
  const names = chosen.map(([name]) => name);
  const queue = [...names.filter((name) => name === LONGEST), ...names.filter((name) => name !== LONGEST)];
  const codes: (number | null)[] = [];
  const serve = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const own = ['--scale', values.scale, '--seed', values.seed, name];
      const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...own], {
        stdio: 'inherit',
      });
      codes.push(await new Promise((resolve) => child.on('close', resolve)));
    }
  };
  await Promise.all(Array.from({ length: jobs }, serve));
  return codes.every((code) => code === 0);
}
