import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeAtomically } from '../../results/atomic-write.ts';
import { compare } from '../../results/compare/comparison.ts';
import { loadRuns } from '../../results/compare/load.ts';
import { comparisonMarkdown } from '../../results/compare/markdown.ts';
import { comparisonPage } from '../../results/compare/page.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import { makeCampaign } from '../campaign/make.ts';
import { defineCommand } from '../command.ts';
import { writeJson, writeText } from '../output.ts';
import { UsageError } from '../usage.ts';

export const compareCommand = defineCommand({
  usage: 'compare [runs..]',
  title: 'Set configurations side by side: consistency, availability, latency, PACELC',
  options: (yargs) =>
    yargs
      .positional('runs', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'run directories, campaigns, or directories of runs',
      })
      .option('matrix', {
        type: 'string',
        describe: 'make this campaign first, then compare its configurations',
      })
      .option('jobs', { type: 'number', default: 2, describe: 'with --matrix: runs at a time' })
      .option('out', { type: 'string', describe: 'where the page goes [comparisons/<time>]' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    if (args.runs.length === 0 && args.matrix === undefined)
      throw new UsageError('Name runs or campaigns to compare, or a campaign file with --matrix');
    const directory = resolve(args.out ?? `comparisons/${wallClock().replace(/[-:]|\..*$/g, '')}`);
    const paths = [...args.runs];
    if (args.matrix !== undefined) {
      const made = join(directory, 'campaign');
      await makeCampaign(args.matrix, { directory: made, jobs: args.jobs, resume: true });
      paths.push(made);
    }
    const runs = (await Promise.all(paths.map(loadRuns))).flat();
    const comparison = compare(runs);
    if (comparison.configurations.length < 2)
      throw new UsageError(
        `There is nothing to compare: ${runs.length} runs, all of ${comparison.configurations[0]?.configuration ?? 'nothing'}`,
      );
    mkdirSync(directory, { recursive: true });
    const markdown = comparisonMarkdown(comparison);
    await writeAtomically(join(directory, 'comparison.json'), `${JSON.stringify(comparison, null, 1)}\n`);
    await writeAtomically(join(directory, 'comparison.md'), markdown);
    await writeAtomically(join(directory, 'comparison.html'), comparisonPage(comparison));
    if (args.json) await writeJson(comparison);
    else await writeText(`${markdown}\n${join(directory, 'comparison.html')}\n`);
    return 0;
  },
});
