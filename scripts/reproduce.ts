// How often simulated failures come back on real servers, by the built command:
//   tsx scripts/reproduce.ts [--world docker] [part of a bug's name…] > table.md
// Each bug's simulated failure is made again by real processes: the same operations and faults at the same relative
// times, five times at most. Exits with 1 when fewer than nine tenths of the bugs come back.
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

const SEEDS = Array.from({ length: 8 }, (_, i) => String(i + 1));
const TRIES = 5;
const SHARE = 0.9;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { world: { type: 'string', default: 'process' } },
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

/** What each try showed, until one showed the bug; a string: why none can be made. */
function again(bug: Bug, directory: string): string[] | string {
  const tries: string[] = [];
  while (tries.length < TRIES) {
    const out = `${directory}-again-${tries.length + 1}`;
    const { status, stdout, stderr } = alibi(
      'replay',
      directory,
      '--world',
      values.world,
      '--json',
      '--out',
      out,
    );
    if (status === 64) return stderr.trim();
    const { runs } = JSON.parse(stdout) as Recurrence;
    const [{ found, outcome }] = runs;
    tries.push(found.join(' + ') || outcome);
    console.error(`${bug.name}, try ${tries.length}: ${tries[tries.length - 1]}`);
    if (found.includes(bug.expected)) break;
  }
  return tries;
}

function row(bug: Bug, place: string): { readonly came: boolean; readonly cells: readonly string[] } {
  const simulated = failing(bug, place);
  if (simulated === null) return { came: false, cells: ['–', '–', 'not shown by the simulation either'] };
  const { seed, directory } = simulated;
  const tries = again(bug, directory);
  if (typeof tries === 'string') return { came: false, cells: [seed, '–', tries] };
  const came = tries.at(-1)?.split(' + ').includes(bug.expected) ?? false;
  return { came, cells: [seed, came ? String(tries.length) : `none of ${tries.length}`, tries.join('; ')] };
}

let [came, count] = [0, 0];
console.log('| bug | anomaly | seed | back at try | what the tries showed |');
console.log('|---|---|---|---|---|');
for (const bug of BUGS.values()) {
  if (positionals.length > 0 && !positionals.some((part) => bug.name.includes(part))) continue;
  const place = mkdtempSync(join(tmpdir(), 'alibi-again-'));
  try {
    const { came: back, cells } = row(bug, place);
    count += 1;
    if (back) came += 1;
    console.log(`| ${[bug.name, bug.expected, ...cells].join(' | ').replaceAll('\n', ' ')} |`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
console.log(`\n${came} of ${count} came back within ${TRIES} tries.`);
process.exitCode = came >= SHARE * count ? 0 : 1;
