import { BUGS, WALKED } from '../../clusters/reference/bugs.ts';
import { defineCommand } from '../command.ts';
import { Lab } from '../lab/pool.ts';
import { tell, writeJson, writeLines } from '../output.ts';
import { lookup, UsageError } from '../usage.ts';
import { examineWalked } from '../zoo/walked.ts';
import { zooTable } from '../zoo/table.ts';
import { examine, type Examined } from '../zoo/zoo.ts';

export const zooCommand = defineCommand({
  usage: 'zoo',
  title: 'Run the reference store with each of its named bugs: which are caught, how soon, under which name',
  options: (yargs) =>
    yargs
      .option('seeds', {
        type: 'number',
        default: 10,
        describe: 'seeds 1 … N a bug, each with it and without',
      })
      .option('bug', { type: 'string', array: true, describe: 'only this bug (may be given again)' })
      .option('jobs', { type: 'number', default: 2, describe: 'runs at a time' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    const count = whole('--seeds', args.seeds);
    const names = args.bug ?? [...BUGS.keys(), ...WALKED.keys()];
    const known = new Map<string, { readonly name: string }>([...BUGS, ...WALKED]);
    for (const name of names) lookup('bug', name, known);
    const bugs = names.flatMap((name) => BUGS.get(name) ?? []);
    const walked = names.flatMap((name) => WALKED.get(name) ?? []);
    const seeds = Array.from({ length: count }, (_, i) => String(i + 1));
    const lab = new Lab(whole('--jobs', args.jobs));
    try {
      const progress = ({ name, caught, catchRate }: Examined): void =>
        tell(`${caught ? '✓' : '✗'} ${name}: ${Math.round(catchRate * count)} of ${count} seeds`);
      const run = await examine(bugs, seeds, lab, progress);
      const examined = [...run, ...walked.map((bug) => examineWalked(bug, seeds))];
      examined.slice(run.length).forEach(progress);
      const missed = examined.filter(({ caught }) => !caught).map(({ name }) => name);
      if (args.json) await writeJson({ version: 1, bugs: examined });
      else
        await writeLines([
          zooTable(examined),
          '',
          `${examined.length - missed.length} of ${examined.length} bugs caught under their names` +
            (missed.length > 0 ? `; not: ${missed.join(', ')}` : ''),
        ]);
      return missed.length === 0 ? 0 : 1;
    } finally {
      lab.close();
    }
  },
});

export function whole(flag: string, value: number): number {
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`${flag} takes a whole number greater than 0`);
  return value;
}
