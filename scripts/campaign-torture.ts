// What a run of a campaign costs besides itself, and whether kill -9 at any moment loses or repeats one.
// tsx scripts/campaign-torture.ts [--runs 1000] [--kills 20] [--seed 1]: needs a fresh build. Prints the outcome.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { planCampaign } from '../cli/campaign/matrix.ts';
import { readCampaign } from '../cli/campaign/schema.ts';
import { judgeRun } from '../cli/check/judge-run.ts';
import { resolveRun } from '../cli/run/config.ts';
import { metaOf } from '../cli/run/describe.ts';
import { simulateRun } from '../cli/run/simulate.ts';
import { MemorySink } from '../harness/history/writer.ts';
import { randomStream } from '../harness/runtime/random.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const runs = Number(values.runs);
const bin = fileURLToPath(new URL('../bin/alibi.js', import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'alibi-torture-'));
const file = join(cwd, 'torture.yaml');
writeFileSync(
  file,
  `matrix:
  configurations: [reference:sync, { name: roaming, base: 'reference:async', consistency: [monotonic-reads] }]
  workloads: [register]
  seeds: 1..${Math.ceil(runs / 2)}
options: { world: sim, time: 1, rate: 20, concurrency: 2 }
`,
);

interface Cost {
  /** ms. */
  readonly wall: number;
  /** ms of processor time, children included. */
  readonly cpu: number;
}

/** The campaign by the command, from start to end: processes started, modules loaded, everything written. */
function measured(out: string): Cost {
  const script = 'TIMEFORMAT="%R %U %S"; time "$0" "$@" >/dev/null 2>&1';
  const command = [
    '-c',
    `{ ${script}; } 2>&1`,
    process.execPath,
    bin,
    'campaign',
    file,
    '--jobs',
    '2',
    '--out',
    out,
  ];
  const [real, user, system] = execFileSync('bash', command, { encoding: 'utf8' })
    .trim()
    .split(' ')
    .map(Number);
  return { wall: real * 1000, cpu: (user + system) * 1000 };
}

/** The same runs, simulated and judged in this process, with nothing written. */
async function alone(): Promise<Cost> {
  const before = process.cpuUsage();
  const started = process.hrtime.bigint();
  for (const cell of planCampaign(readCampaign(file)))
    for (const { config } of cell.runs) {
      const run = resolveRun(config);
      const sink = new MemorySink();
      await simulateRun(run, sink);
      await judgeRun({ ...metaOf(run, 'alone'), endedAt: '' }, sink.history(), null);
    }
  const { user, system } = process.cpuUsage(before);
  return { wall: Number(process.hrtime.bigint() - started) / 1e6, cpu: (user + system) / 1000 };
}

/** Processes that carry the campaign's label in their environment. */
function workers(out: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`ALIBI_RUN=campaign ${out}`)
      );
    } catch {
      return false;
    }
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function keys(out: string): number {
  return existsSync(join(out, 'runs')) ? readdirSync(join(out, 'runs')).length : 0;
}

/** Starts or resumes the campaign, and kills it `ms` after it began `more` runs. Resolves with how it ended. */
function killedAfter(out: string, more: number, ms: number): Promise<NodeJS.Signals | number | null> {
  const child = spawn(process.execPath, [bin, 'campaign', file, '--jobs', '2', '--out', out, '--resume'], {
    stdio: 'ignore',
  });
  const goal = keys(out) + more;
  const watch = setInterval(() => {
    if (keys(out) < goal) return;
    clearInterval(watch);
    setTimeout(() => child.kill('SIGKILL'), ms);
  }, 5);
  return new Promise((resolve) =>
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      resolve(signal ?? code);
    }),
  );
}

const whole = join(cwd, 'whole');
const cost = measured(whole);
const base = await alone();
const per = (ms: number): string => (ms / runs).toFixed(2);
console.log(`${runs} simulated runs, --jobs 2: ${per(cost.wall)} ms wall, ${per(cost.cpu)} ms CPU a run`);
console.log(
  `the same in one process, nothing written: ${per(base.wall)} ms wall, ${per(base.cpu)} ms CPU a run`,
);
console.log(`overhead a run: ${per(cost.wall - base.wall)} ms wall, ${per(cost.cpu - base.cpu)} ms CPU`);

const out = join(cwd, 'killed');
const random = randomStream(values.seed, 'kills');
const kills = Number(values.kills);
let killed = 0;
let outlived = 0;
for (let i = 0; i < kills; i++) {
  // By runs and not by the clock: on a busy machine every kill would otherwise hit the start.
  const ended = await killedAfter(out, random.below(Math.round((1.8 * runs) / kills)), random.below(60));
  if (ended === 'SIGKILL') killed++;
  for (let waited = 0; workers(out).length > 0 && waited < 5000; waited += 50) await pause(50);
  outlived += workers(out).length;
  const done = existsSync(join(out, 'runs'))
    ? readdirSync(join(out, 'runs')).filter((key) => existsSync(join(out, 'runs', key, 'row.json'))).length
    : 0;
  console.log(
    `  ${i + 1}: ${ended === 'SIGKILL' ? 'killed' : `ended with ${ended}`}, ${done} of ${runs} runs done`,
  );
}
await killedAfter(out, Infinity, 0);
const same = readFileSync(join(whole, 'results.json')).equals(readFileSync(join(out, 'results.json')));
console.log(`${killed} of ${kills} kills hit; ${outlived} workers outlived their campaign`);
console.log(`results.json ${same ? 'is identical to' : 'DIFFERS from'} that of the undisturbed campaign`);
if (same && outlived === 0) rmSync(cwd, { recursive: true });
else console.log(cwd);
process.exitCode = same && outlived === 0 ? 0 : 1;
