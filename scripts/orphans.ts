// Kills runs in containers with SIGKILL at random moments, cleans, and counts what is left of each:
//   npx tsx scripts/orphans.ts [CLUSTER] [KILLS] [SEED]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../harness/runtime/random.ts';

const [cluster = 'redis:sentinel', kills = '10', seed = '1'] = process.argv.slice(2);
const random = randomStream(seed, 'orphans');
/** A run takes about this long, s, its set-up included. */
const RUN_S = 30;

const alibi = fileURLToPath(new URL('../bin/alibi.js', import.meta.url));
const docker = (...args: string[]): string[] =>
  spawnSync('docker', args, { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '');
/** Containers and networks of a harness, by the label that carries its pid. */
const left = (pid: number) =>
  [
    ['ps', '-a'],
    ['network', 'ls'],
  ].map((list) => {
    const labels = docker(...list, '--filter', 'label=alibi.harness', '--format', '{{.Labels}}');
    return labels.filter((line) => line.includes(`alibi.harness=${pid}:`)).length;
  });
/** File systems mounted below the folder, and loop devices that still hold an image file of it. */
const mounts = (folder: string) => {
  const mounted = readFileSync('/proc/mounts', 'utf8').split('\n');
  const loops = readdirSync('/sys/block')
    .map((name) => `/sys/block/${name}/loop/backing_file`)
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'));
  return [...mounted, ...loops].filter((line) => line.includes(folder)).length;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let orphans = 0;
let killed = 0;
for (let i = 1; i <= Number(kills); i++) {
  const folder = mkdtempSync(join(tmpdir(), 'alibi-orphans-'));
  const options = ['--workload', 'set', '--nemesis', 'power-off:all', '--time', '15', '--world', 'docker'];
  const child = spawn(process.execPath, [alibi, 'run', cluster, ...options, '--out', join(folder, 'run')], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const ms = 500 + random.below(RUN_S * 1000);
  await Promise.race([pause(ms), ended]);
  const over = child.exitCode !== null;
  if (!over) killed++;
  child.kill('SIGKILL');
  await ended;
  const [containers, networks] = left(child.pid!);
  const mounted = mounts(folder);
  spawnSync(process.execPath, [alibi, 'clean'], { stdio: 'ignore' });
  const [afterContainers, afterNetworks] = left(child.pid!);
  const afterMounted = mounts(folder);
  orphans += afterContainers + afterNetworks + afterMounted;
  console.log(
    `${i}: killed ${over ? 'after its end' : `after ${(ms / 1000).toFixed(1)} s`}: ${containers} containers, ${networks} networks, ${mounted} mounts and loop devices; after clean ${afterContainers}, ${afterNetworks}, ${afterMounted}`,
  );
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${orphans} orphans; ${killed} of ${kills} runs were killed on their way`);
// Runs that were over before they could be killed prove nothing.
process.exitCode = orphans === 0 && killed > Number(kills) / 2 ? 0 : 1;
