// Boots each real cluster in containers once, and holds the time until it takes writes and its memory against what was measured by hand:
//   npx tsx scripts/boots.ts [OUT] [CLUSTER:CONFIGURATION …]
// Writes a table; exits with 1 when a cluster takes more than 1.5 times as long, or a run of three nodes more than 2 GiB.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Seconds from nothing but images to writable, measured by hand with plain tools on an idle two-core machine. */
const BY_HAND: Readonly<Record<string, number>> = {
  'postgres:async': 4.7,
  'postgres-multileader:plain': 2.5,
  'mysql:async': 9,
  'redis:sentinel': 3.1,
  'valkey:sentinel': 3.1,
  'redis-cluster:async': 2.9,
  'valkey-cluster:async': 2.9,
  'etcd:linearizable': 2.1,
};
const ALLOWED = 1.5;
const MEMORY_MIB = 2048;

const [out, ...asked] = process.argv.slice(2);
const alibi = fileURLToPath(new URL('../bin/alibi.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'alibi-boots-'));

/** Of all containers of a harness together, in MiB, now. */
function memory(pid: number): number {
  const list = ['ps', '--filter', 'label=alibi.harness', '--format', '{{.ID}} {{.Labels}}'];
  const ours = spawnSync('docker', list, { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(`alibi.harness=${pid}:`))
    .map((line) => line.split(' ')[0]);
  if (ours.length === 0) return 0;
  const stats = spawnSync('docker', ['stats', '--no-stream', '--format', '{{.MemUsage}}', ...ours], {
    encoding: 'utf8',
  });
  const units: Readonly<Record<string, number>> = { B: 1 / 1048576, KiB: 1 / 1024, MiB: 1, GiB: 1024 };
  return [...stats.stdout.matchAll(/^([\d.]+)(B|KiB|MiB|GiB) \//gm)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * units[unit],
    0,
  );
}

/** ns between the beginning of the set-up and its end. */
function setUp(history: string): number {
  const phases = history
    .split('\n')
    .filter((line) => line.includes('"f":"phase"'))
    .map((line) => JSON.parse(line) as { time: number; value: { phase: string } });
  return phases[1].time - phases[0].time;
}

async function boot(configuration: string): Promise<{ seconds: number; mib: number; outcome: string }> {
  const directory = join(folder, configuration.replace(':', '-'));
  const options = ['--world', 'docker', '--workload', 'set', '--time', '6', '--rate', '100'];
  const child = spawn(process.execPath, [alibi, 'run', configuration, ...options, '--out', directory], {
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let mib = 0;
  const watch = setInterval(() => (mib = Math.max(mib, memory(child.pid!))), 1500);
  const code = await ended;
  clearInterval(watch);
  const seconds = setUp(readFileSync(join(directory, 'history.jsonl'), 'utf8')) / 1e9;
  return { seconds, mib, outcome: code === 0 ? 'valid' : `exit ${code}` };
}

const rows: string[] = [];
let missed = 0;
for (const configuration of asked.length > 0 ? asked : Object.keys(BY_HAND)) {
  const { seconds, mib, outcome } = await boot(configuration);
  const most = BY_HAND[configuration] * ALLOWED;
  if (!(seconds <= most) || mib > MEMORY_MIB) missed++;
  rows.push(
    `| \`${configuration}\` | ${seconds.toFixed(1)} s | ${most.toFixed(1)} s | ${Math.round(mib)} MiB | ${outcome} |`,
  );
  console.log(rows.at(-1));
}
const table = [
  '| cluster | boot to writable | at most | memory of all nodes | run |',
  '|---|---|---|---|---|',
  ...rows,
];
if (out !== undefined) writeFileSync(out, `${table.join('\n')}\n`);
process.exitCode = missed === 0 ? 0 : 1;
