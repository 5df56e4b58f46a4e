// The contract of the simulated world: the same seed, configuration and version give the same bytes of history, in
// whatever process, on whatever machine and release of Node. Runs a sample of all configurations, workloads and
// faults here and again in a fresh process (with `--node 22,24`: every eleventh in these releases too, with `--whole` all of
// it), compares the hashes, also with a few pinned ones, and prints the first event that differs. `--pin` pins what is
// now; `--list` shows hashes.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { resolveRun, type ResolvedRun } from '../cli/run/config.ts';
import { simulateRun } from '../cli/run/simulate.ts';
import { DoesNotFit } from '../cli/usage.ts';
import { reference } from '../clusters/reference/definition.ts';
import { eventLine, headerLine } from '../harness/history/writer.ts';
import { WORKLOADS } from '../workloads/registry.ts';
import { Elsewhere, nodeOf } from './determinism/elsewhere.ts';

const PINS = new URL('./determinism.json', import.meta.url);
/** Of the sample what is pinned, and what other releases make. */
const PINNED_EVERY = 11;
const SEEDS = 24;
const FAULTS_EACH = 1;
const FAULTS = [
  '',
  'kill:one',
  'partition:primary',
  'cut-standbys,failover',
  'pause:primary',
  'clock:one:+5s',
  'partition:halves:reset',
  'restart-then-promote',
  'kill:all',
  'failover:unfenced',
  'clock:all:-2s,kill:one',
  'partition:one:in,kill:primary',
  'failover,partition:one:out',
];

interface Case {
  readonly name: string;
  readonly run: ResolvedRun;
}

/** Every configuration with every workload, each with the next few faults that can reach it, seeds in turn. */
function cases(): Case[] {
  const found: Case[] = [];
  let fault = 0;
  for (const { name: configuration } of reference.configurations)
    for (const { name: workload, port } of WORKLOADS.values()) {
      if (!reference.ports.includes(port)) continue;
      // Not every strategy has a client for every workload.
      if (resolved({ configuration, workload, nemesis: '', seed: '1' }) === null) continue;
      for (let taken = 0; taken < FAULTS_EACH; fault++) {
        const nemesis = FAULTS[fault % FAULTS.length];
        const seed = String((found.length % SEEDS) + 1);
        const run = resolved({ configuration, workload, nemesis, seed });
        if (run === null) continue;
        found.push({ name: `${configuration} ${workload} ${nemesis || 'no-fault'} ${seed}`, run });
        taken += 1;
      }
    }
  return found;
}

/** Null when the workload makes no sense there, or the fault can never reach it. */
function resolved(part: {
  readonly configuration: string;
  readonly workload: string;
  readonly nemesis: string;
  readonly seed: string;
}): ResolvedRun | null {
  try {
    return resolveRun({ cluster: 'reference', world: 'sim', time: 8, faultFor: 2, rate: 100, ...part });
  } catch (error) {
    if (error instanceof DoesNotFit) return null;
    throw error;
  }
}

/** The lines of the run's history, as they would stand in its file, one by one. */
async function simulate(run: ResolvedRun, line: (text: string) => void): Promise<void> {
  let events = 0;
  line(headerLine({}));
  const done = () => Promise.resolve();
  await simulateRun(run, {
    append: (event) => {
      line(eventLine(event));
      return events++;
    },
    flush: done,
    close: done,
  });
}

async function hashOf(run: ResolvedRun): Promise<string> {
  const hash = createHash('sha256');
  await simulate(run, (text) => hash.update(text));
  return hash.digest('hex');
}

async function linesOf(run: ResolvedRun): Promise<string[]> {
  const lines: string[] = [];
  await simulate(run, (text) => lines.push(text.trimEnd()));
  return lines;
}

/** Prints the first line that differs there from here, with the one before it. */
function showDifference(here: readonly string[], there: readonly string[], where: string): void {
  const at = here.findIndex((line, i) => line !== there[i]);
  const line = at < 0 ? here.length : at;
  console.log(`  line ${line + 1} of the history is the first that differs`);
  if (line > 0) console.log(`  both, before it  ${here[line - 1]}`);
  console.log(`  here             ${here[line] ?? '(the history ends)'}`);
  console.log(`  ${where.padEnd(15)}  ${there[line] ?? '(the history ends)'}`);
}

/** Compares all cases with another process; says how many differ. */
async function compare(all: readonly Case[], hashes: readonly string[], there: Elsewhere): Promise<number> {
  const made = [...all.keys()].filter((i) => i % there.every === 0);
  const others = new Map((await there.hashes()).map((hash, n) => [made[n], hash]));
  if (others.size !== made.length)
    throw new Error(`${there.name} made ${others.size} of ${made.length} runs`);
  const different = made.filter((i) => hashes[i] !== others.get(i));
  for (const i of different)
    console.log(`DIFFERENT  ${all[i].name}: here ${hashes[i]}, ${there.name} ${others.get(i)}`);
  if (different.length > 0) {
    const [first] = different;
    console.log(`${all[first].name}:`);
    showDifference(await linesOf(all[first].run), await there.lines(first), there.name);
  }
  console.log(`${there.name}: ${made.length - different.length} of ${made.length} histories are the same`);
  return different.length;
}

function comparePins(all: readonly Case[], hashes: readonly string[]): number {
  const pins = new Map(Object.entries(JSON.parse(readFileSync(PINS, 'utf8')) as Record<string, string>));
  const now = new Map(all.map(({ name }, i) => [name, hashes[i]]));
  const different = [...pins].filter(([name, hash]) => now.get(name) !== hash);
  for (const [name, hash] of different)
    console.log(`NOT AS PINNED  ${name}: pinned ${hash}, now ${now.get(name) ?? 'there is no such case'}`);
  console.log(`pinned: ${pins.size - different.length} of ${pins.size} histories are the same`);
  if (different.length > 0)
    console.log('if the simulation was meant to change, pin anew: npx tsx scripts/determinism.ts --pin');
  return different.length;
}

function pin(all: readonly Case[], hashes: readonly string[]): void {
  const chosen = all.flatMap(({ name }, i) => (i % PINNED_EVERY === 0 ? [[name, hashes[i]] as const] : []));
  writeFileSync(PINS, `${JSON.stringify(Object.fromEntries(chosen), null, 2)}\n`);
  console.log(`pinned ${chosen.length} of ${all.length} histories`);
}

const { values: options } = parseArgs({
  options: {
    node: { type: 'string', default: '' },
    whole: { type: 'boolean', default: false },
    pin: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    /** For {@link Elsewhere}: print hashes, or one case's lines, and nothing else. */
    hashes: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
    lines: { type: 'string' },
  },
});
const all = cases();
if (options.lines !== undefined) {
  for (const line of await linesOf(all[Number(options.lines)].run)) console.log(line);
} else if (options.hashes) {
  for (const [i, { run }] of all.entries())
    if (i % Number(options.every) === 0) console.log(await hashOf(run));
} else {
  const places = [new Elsewhere('a fresh process', process.execPath, import.meta.filename, 1)];
  const every = options.whole ? 1 : PINNED_EVERY;
  for (const major of options.node.split(',').filter(Boolean)) {
    const node = nodeOf(major);
    if (node === null) console.log(`Node ${major}: SKIPPED, npm could not bring it`);
    else places.push(new Elsewhere(`Node ${major}`, node, import.meta.filename, every));
  }
  places[0].begin();
  const hashes: string[] = [];
  for (const { run } of all) hashes.push(await hashOf(run));
  if (options.list) all.forEach(({ name }, i) => console.log(`${hashes[i]}  ${name}`));
  if (options.pin) pin(all, hashes);
  let different = comparePins(all, hashes);
  for (const place of places) different += await compare(all, hashes, place);
  process.exitCode = different > 0 ? 1 : 0;
}
