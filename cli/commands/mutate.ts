import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineCommand } from '../command.ts';
import { sample } from '../mutate/mutants.ts';
import {
  cpuOf,
  judge,
  mutableFiles,
  survey,
  survivorsOf,
  type Judged,
  type Survey,
} from '../mutate/mutate.ts';
import { Workbench } from '../mutate/workbench.ts';
import { tell, writeJson, writeLines } from '../output.ts';
import { UsageError } from '../usage.ts';
import { whole } from './zoo.ts';

/** What `--json` gives. */
interface Result {
  readonly judged: readonly Judged[];
}

export const mutateCommand = defineCommand({
  usage: 'mutate',
  title: 'Change the replica’s source in small ways: which changes the swarm catches, and which survive',
  options: (yargs) =>
    yargs
      .option('mutants', { type: 'number', default: 60, describe: 'so many, spread over what runs come to' })
      .option('part', {
        type: 'string',
        default: '1/1',
        describe: 'which share of them: 2/8 is the second of eight',
      })
      .option('seeds', { type: 'number', default: 2, describe: 'seeds a configuration, in the suite' })
      .option('runs', { type: 'number', default: 24, describe: 'runs a mutant, at most' })
      .option('file', { type: 'string', describe: 'only mutants of files whose path has this in it' })
      .option('survey', {
        type: 'string',
        describe: 'file that keeps what sound runs come to, for the other shares of the same sources',
      })
      .option('again', {
        type: 'string',
        describe: 'result of --json: only what survived then, whatever --mutants and --part say',
      })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    if (!import.meta.url.endsWith('.ts'))
      throw new UsageError('mutate changes TypeScript sources: run it from a checkout (npx tsx cli/…)');
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const { default: typescript } = await import('typescript');
    const seeds = whole('--seeds', args.seeds);
    const most = whole('--runs', args.runs);
    const files = mutableFiles(root).filter((file) => file.includes(args.file ?? ''));
    if (files.length === 0)
      throw new UsageError(`--file ${args.file} is in the path of no file that can be mutated`);
    const bench = new Workbench(typescript, root);
    const judged: Judged[] = [];
    try {
      const surveyed = kept(args.survey, () => survey(typescript, bench, files, seeds));
      const { candidates } = surveyed;
      if (
        candidates.some(({ mutant: { file, start, end, was } }) => bench.text(file).slice(start, end) !== was)
      )
        throw new UsageError(`${args.survey} was made of other sources: remove it, and begin again`);
      const reached = candidates.filter(({ runs }) => runs.length > 0);
      tell(
        `${candidates.length} mutants, ${reached.length} of which ${surveyed.sound.length} sound runs come to`,
      );
      const chosen =
        args.again === undefined
          ? shareOf(args.part, sample(reached, whole('--mutants', args.mutants)))
          : survivorsOf((JSON.parse(readFileSync(args.again, 'utf8')) as Result).judged, reached);
      for (const candidate of chosen) {
        const one = judge(bench, surveyed, candidate, seeds, most);
        judged.push(one);
        tell(
          `${judged.length}/${chosen.length} ${one.caught === null ? 'SURVIVES' : 'caught  '} ${lineOf(one)}`,
        );
      }
      if (args.json)
        await writeJson({ version: 2, possible: candidates.length, reached: reached.length, judged });
      else await writeLines(summary(judged));
      return 0;
    } finally {
      bench.close();
    }
  },
});

function kept(file: string | undefined, make: () => Survey): Survey {
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Survey;
  const made = make();
  if (file !== undefined) writeFileSync(file, JSON.stringify(made));
  return made;
}

function summary(judged: readonly Judged[]): string[] {
  const survivors = judged.filter(({ caught }) => caught === null);
  const files = [...new Set(judged.map(({ mutant }) => mutant.file))];
  return [
    `${judged.length - survivors.length} of ${judged.length} mutants caught`,
    cpuOf(judged),
    ...files.map((file) => {
      const own = judged.filter(({ mutant }) => mutant.file === file);
      return `  ${file}: ${own.filter(({ caught }) => caught !== null).length} of ${own.length}`;
    }),
    ...survivors.map((one) => `survives: ${lineOf(one)}`),
  ];
}

function shareOf<T>(part: string, all: readonly T[]): readonly T[] {
  const [share, of] = (/^(\d+)\/(\d+)$/.exec(part) ?? []).slice(1).map(Number);
  if (!(share >= 1 && share <= of))
    throw new UsageError(`--part ${part} is no share: write 2/8 for the second of eight`);
  const from = (count: number) => Math.floor((count * all.length) / of);
  return all.slice(from(share - 1), from(share));
}

function lineOf({ mutant, caught, runs, same, messages, records }: Judged): string {
  const { file, line, kind, was, is } = mutant;
  const change = `${file}:${line} ${kind}: - ${short(was)}  + ${short(is)}`;
  return caught === null
    ? `${change}  (${same} of ${runs} runs the same to the byte; ${messages} times the messages, ${records} the records)`
    : `${change}  (${short(caught)})`;
}

function short(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > 90 ? `${flat.slice(0, 89)}…` : flat;
}
