// How often failures come back on real servers, by the built command:
//   tsx scripts/reproduce.ts [--world docker] [part of a bug's name…] > table.md
//   tsx scripts/reproduce.ts --run RUN --run RUN … > table.md
// Each bug's simulated failure, or what each real run found, is made again on real servers: the same operations and
// faults at the same relative times, five times at most. Exits with 1 when fewer than nine tenths come back (of real
// runs, four fifths).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Recurrence } from '../cli/replay/real.ts';
import { BUGS } from '../clusters/reference/bugs.ts';
import type { Bug } from '../clusters/reference/bugs/types.ts';
import type { ResultDocument } from '../results/document.ts';
import { readRunDirectory } from '../results/run-directory.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => String(i + 1));
const TRIES = 5;
const SHARE = { simulated: 0.9, real: 0.8 };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    world: { type: 'string', default: 'process' },
    run: { type: 'string', multiple: true, default: [] },
  },
});
const bin = fileURLToPath(new URL('../bin/alibi.js', import.meta.url));

function alibi(...words: readonly string[]) {
  return spawnSync(process.execPath, [bin, ...words], { encoding: 'utf8', maxBuffer: 1 << 26 });
}

/** A simulated run that shows the bug, and its seed; null when no seed does. */
function failing(bug: Bug, place: string): { seed: string; directory: string } | null {
  for (const seed of SEEDS) {
    const directory = join(place, `seed-${seed}`);
    alibi('run', 'reference', '--bug', bug.name, '--seed', seed, '--out', directory);
    const { anomalies } = JSON.parse(readFileSync(join(directory, 'results.json'), 'utf8')) as ResultDocument;
    if (anomalies.some(({ name, status }) => name === bug.expected && status === 'violation'))
      return { seed, directory };
  }
  return null;
}

interface Failure {
  /** In the table. */
  readonly name: string;
  /** The anomaly that must come back. */
  readonly anomaly: string;
  readonly directory: string;
  /** Where it is made again. */
  readonly world: readonly string[];
}

/** What each try showed, until one showed the failure; a string: why none can be made. */
function again({ name, anomaly, directory, world }: Failure, place: string): string[] | string {
  const tries: string[] = [];
  while (tries.length < TRIES) {
    const out = join(place, `again-${tries.length + 1}`);
    const { status, stdout, stderr } = alibi('replay', directory, ...world, '--json', '--out', out);
    if (status === 64) return stderr.trim();
    const { runs } = JSON.parse(stdout) as Recurrence;
    const [{ found, outcome }] = runs;
    tries.push(found.join(' + ') || outcome);
    console.error(`${name}, try ${tries.length}: ${tries[tries.length - 1]}`);
    if (found.includes(anomaly)) break;
  }
  return tries;
}

function row(failure: Failure, place: string): { readonly came: boolean; readonly cells: readonly string[] } {
  const tries = again(failure, place);
  if (typeof tries === 'string') return { came: false, cells: ['–', tries] };
  const came = tries.at(-1)?.split(' + ').includes(failure.anomaly) ?? false;
  return { came, cells: [came ? String(tries.length) : `none of ${tries.length}`, tries.join('; ')] };
}

let [came, count] = [0, 0];

function tell(name: string, made: (place: string) => { failure: Failure; seed: string } | null): void {
  const place = mkdtempSync(join(tmpdir(), 'alibi-again-'));
  try {
    const found = made(place);
    count += 1;
    const { came: back, cells } =
      found === null
        ? { came: false, cells: ['–', 'not shown by the simulation either'] }
        : row(found.failure, place);
    if (back) came += 1;
    const text = [name, found?.failure.anomaly ?? '–', found?.seed ?? '–', ...cells].join(' | ');
    console.log(`| ${text.replaceAll('\n', ' ')} |`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

console.log('| what | anomaly | seed | back at try | what the tries showed |');
console.log('|---|---|---|---|---|');
for (const directory of values.run) {
  const { meta, results } = await readRunDirectory(directory);
  const anomaly = results?.anomalies.find(({ status }) => status === 'violation')?.name;
  if (anomaly === undefined) throw new Error(`${directory} shows no violation`);
  const faults = meta.nemesis.join(', ') || 'no fault';
  const name = `${meta.cluster}:${meta.configuration}, ${meta.world} world, ${meta.workload}, ${faults}`;
  tell(name, () => ({ failure: { name, anomaly, directory, world: [] }, seed: meta.seed }));
}
if (values.run.length === 0)
  for (const bug of BUGS.values()) {
    if (positionals.length > 0 && !positionals.some((part) => bug.name.includes(part))) continue;
    tell(bug.name, (place) => {
      const simulated = failing(bug, place);
      if (simulated === null) return null;
      const { seed, directory } = simulated;
      const world = ['--world', values.world];
      return { failure: { name: bug.name, anomaly: bug.expected, directory, world }, seed };
    });
  }
console.log(`\n${came} of ${count} came back within ${TRIES} tries.`);
process.exitCode = came >= (values.run.length > 0 ? SHARE.real : SHARE.simulated) * count ? 0 : 1;
