import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type ts from 'typescript';
import { quantile } from '../../results/statistics/quantiles.ts';
import { mutantsOf, mutated, noting, type Mutant } from './mutants.ts';
import { isCaught, type Probed } from './probe.ts';
import type { Workbench } from './workbench.ts';

/** A mutant, and the runs of the suite that come to it, by number. */
export interface Candidate {
  readonly id: number;
  readonly mutant: Mutant;
  readonly runs: readonly number[];
}

/** What the sound sources do: each run of the suite, and which mutants are come to. */
export interface Survey {
  readonly sound: readonly Probed[];
  readonly candidates: readonly Candidate[];
}

export interface Judged {
  readonly mutant: Mutant;
  /** The run that found it out, and how; or null. */
  readonly caught: string | null;
  /** Checks and runs. */
  readonly runs: number;
  /** In so many of them nothing that a client or the nemesis did came out otherwise, to the byte. */
  readonly same: number;
  /** Messages and records of these runs, as a multiple of what the sound sources need. */
  readonly messages: number;
  readonly records: number;
  /** What it took, user and system together. */
  readonly cpuMs: number;
}

const REPLICA = 'clusters/reference/replica';
const OPERATORS = ['clusters/reference/operator.ts', 'clusters/reference/raft-operator.ts'];
/** These say what a node is in, hold the defects that have names, or have no code. */
const LEFT_ALONE = ['rows/defects.ts', 'raft/status.ts', 'replica/types.ts'];

/** Every file that may be mutated, below `root`: the replicas of all strategies, and their operators. */
export function mutableFiles(root: string): string[] {
  const replicas = readdirSync(join(root, REPLICA), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort()
    .map((name) => `${REPLICA}/${name}`);
  return [...OPERATORS, ...replicas].filter((file) => !LEFT_ALONE.some((end) => file.endsWith(end)));
}

/** Makes the whole suite once, with sources that note which mutants they come to. @throws Error if they are not sound. */
export function survey(
  typescript: typeof ts,
  bench: Workbench,
  files: readonly string[],
  seeds: number,
): Survey {
  const mutants = files.flatMap((file) => mutantsOf(typescript, file, bench.text(file)));
  const numbered = mutants.map((mutant, id) => ({ id, mutant }));
  for (const file of files)
    bench.put(
      file,
      noting(
        bench.text(file),
        numbered.filter(({ mutant }) => mutant.file === file),
      ),
    );
  const { probed, broke } = bench.ask({ seeds, runs: null, sound: null, mutants: mutants.length });
  if (broke !== null) throw new Error(`the sources cannot be run as they are: ${broke}`);
  const ill = probed.find(isCaught);
  if (ill) throw new Error(`the sources are not sound as they are: ${ill.name}: ${ill.reason}`);
  for (const file of files) bench.put(file, bench.text(file));
  const runs = mutants.map((): number[] => []);
  for (const { run, reached } of probed) for (const id of reached) runs[id].push(run);
  return { sound: probed, candidates: numbered.map((one) => ({ ...one, runs: runs[one.id] })) };
}

/** So many runs must have been made before those that prove nothing say anything. */
const ENOUGH = 8;

/** Holds one mutant to the checks, and to at most so many of the runs, that come to it, until one finds it out. */
export function judge(
  bench: Workbench,
  { sound }: Survey,
  candidate: Candidate,
  seeds: number,
  most: number,
): Judged {
  const { mutant } = candidate;
  const text = bench.text(mutant.file);
  const checks = candidate.runs.filter((run) => sound[run].check);
  const whole = candidate.runs.filter((run) => !sound[run].check);
  const runs = [...checks, ...ordered(whole, sound, text).slice(0, most)];
  const digests = runs.map((run) => sound[run].digest);
  bench.put(mutant.file, mutated(text, mutant));
  const { probed, broke, cpuMs } = bench.ask({ seeds, runs, sound: digests, mutants: 0 });
  bench.put(mutant.file, text);
  const last = probed.at(-1);
  const made = probed.filter(({ check }) => !check);
  const vacuous = made.filter(
    ({ run, outcome }) => outcome === 'inconclusive' && sound[run].outcome !== 'inconclusive',
  ).length;
  const caught = (): string | null => {
    if (last && isCaught(last)) return `${last.name}: ${last.outcome}: ${last.reason}`;
    if (broke !== null) return `${sound[runs[probed.length]].name}: never ends (${broke})`;
    return made.length >= ENOUGH && vacuous * 4 > made.length
      ? `${vacuous} of ${made.length} runs prove nothing`
      : null;
  };
  const times = (of: 'messages' | 'records'): number => {
    const [ours, theirs] = [
      total(probed, of),
      total(
        probed.map(({ run }) => sound[run]),
        of,
      ),
    ];
    return theirs === 0 ? 1 : Math.round((ours / theirs) * 100) / 100;
  };
  return {
    mutant,
    caught: caught(),
    runs: probed.length,
    same: probed.filter(({ run, digest }) => sound[run].digest === digest).length,
    messages: times('messages'),
    records: times('records'),
    cpuMs,
  };
}

/** Those of them that survived then, by place and change. */
export function survivorsOf(then: readonly Judged[], candidates: readonly Candidate[]): readonly Candidate[] {
  const nameOf = ({ file, line, was, is }: Mutant): string => `${file}:${line} ${was} ${is}`;
  const names = new Set(then.filter(({ caught }) => caught === null).map(({ mutant }) => nameOf(mutant)));
  return candidates.filter(({ mutant }) => names.has(nameOf(mutant)));
}

/** What the processor had to do for a mutant, in s. */
export function cpuOf(judged: readonly Pick<Judged, 'cpuMs'>[]): string {
  const seconds = judged.map(({ cpuMs }) => cpuMs / 1000).sort((a, b) => a - b);
  if (seconds.length === 0) return 'no mutants';
  const at = (share: number): string => quantile(seconds, share).toFixed(1);
  return `CPU a mutant: p50 ${at(0.5)} s, p95 ${at(0.95)} s, max ${at(1)} s`;
}

function total(probed: readonly Probed[], of: 'messages' | 'records'): number {
  return probed.reduce((sum, one) => sum + one[of], 0);
}

/** First what was chosen to show a defect that lives in this very file; then as the suite has them, seed by seed. */
function ordered(runs: readonly number[], sound: readonly Probed[], text: string): readonly number[] {
  const livesHere = (run: number): boolean => sound[run].bug !== null && text.includes(`'${sound[run].bug}'`);
  return [...runs.filter(livesHere), ...runs.filter((run) => !livesHere(run))];
}
