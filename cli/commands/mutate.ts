import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineCommand } from '../command.ts';
import { mutantsOf, sample } from '../mutate/mutants.ts';
import { fittingFiles, Workbench, type Judged } from '../mutate/mutate.ts';
import { tell, writeJson, writeLines } from '../output.ts';
import { UsageError } from '../usage.ts';
import { whole } from './zoo.ts';

export const mutateCommand = defineCommand({
  usage: 'mutate',
  title: 'Change the replica’s source in small ways: which changes the swarm catches, and which survive',
  options: (yargs) =>
    yargs
      .option('mutants', { type: 'number', default: 60, describe: 'so many, spread over the sources' })
      .option('part', {
        type: 'string',
        default: '1/1',
        describe: 'which share of them: 2/8 is the second of eight',
      })
      .option('seeds', { type: 'number', default: 8, describe: 'seeds a mutant and configuration' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    if (!import.meta.url.endsWith('.ts'))
      throw new UsageError('mutate changes TypeScript sources: run it from a checkout (npx tsx cli/…)');
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const { default: typescript } = await import('typescript');
    const all = fittingFiles(root).flatMap(({ path, configurations }) =>
      mutantsOf(typescript, path, readFileSync(join(root, path), 'utf8')).map((mutant) => ({
        mutant,
        configurations,
      })),
    );
    const chosen = shareOf(args.part, sample(all, whole('--mutants', args.mutants)));
    const seeds = whole('--seeds', args.seeds);
    const bench = new Workbench(root);
    const judged: Judged[] = [];
    try {
      const tried = new Set<string>();
      for (const { mutant, configurations } of chosen) {
        if (!tried.has(configurations.join())) {
          tried.add(configurations.join());
          const sound = bench.sound({ configurations, seeds });
          if (sound.caught !== null)
            throw new Error(`the sources are not sound as they are: ${sound.caught}`);
        }
        const one = bench.try(mutant, { configurations, seeds });
        judged.push(one);
        tell(
          `${judged.length}/${chosen.length} ${one.caught === null ? 'SURVIVES' : 'caught  '} ${lineOf(one)}`,
        );
      }
    } finally {
      bench.close();
    }
    const survivors = judged.filter(({ caught }) => caught === null);
    if (args.json) await writeJson({ version: 1, possible: all.length, judged });
    else
      await writeLines([
        `${judged.length - survivors.length} of ${judged.length} mutants caught (of ${all.length} possible)`,
        ...survivors.map((one) => `survives: ${lineOf(one)}`),
      ]);
    return 0;
  },
});

function shareOf<T>(part: string, all: readonly T[]): readonly T[] {
  const [share, of] = (/^(\d+)\/(\d+)$/.exec(part) ?? []).slice(1).map(Number);
  if (!(share >= 1 && share <= of))
    throw new UsageError(`--part ${part} is no share: write 2/8 for the second of eight`);
  const from = (count: number) => Math.floor((count * all.length) / of);
  return all.slice(from(share - 1), from(share));
}

function lineOf({ mutant, caught }: Judged): string {
  const { file, line, kind, was, is } = mutant;
  const change = `- ${short(was)}  + ${short(is)}`;
  return `${file}:${line} ${kind}: ${change}${caught === null ? '' : `  (${short(caught)})`}`;
}

function short(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > 90 ? `${flat.slice(0, 89)}…` : flat;
}
