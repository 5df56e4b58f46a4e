import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Clock } from '../../harness/runtime/types.ts';
import { realRuntime } from '../../harness/runtime/real.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import { writeAtomically } from '../../results/atomic-write.ts';
import { openCampaign } from '../campaign/directory.ts';
import { planCampaign } from '../campaign/matrix.ts';
import { makeRuns, type CampaignProgress } from '../campaign/runner.ts';
import { campaignJsonSchema, readCampaign } from '../campaign/schema.ts';
import { campaignMarkdown, campaignResults, campaignTimings } from '../campaign/summary.ts';
import { defineCommand } from '../command.ts';
import { tell, writeJson, writeText } from '../output.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { UsageError } from '../usage.ts';

export const campaignCommand = defineCommand({
  usage: 'campaign [file]',
  title: 'Make many runs: configurations × workloads × faults × seeds, resumable',
  options: (yargs) =>
    yargs
      .positional('file', { type: 'string', describe: 'a campaign in YAML' })
      .option('jobs', { type: 'number', default: 2, describe: 'runs at a time' })
      .option('resume', {
        type: 'boolean',
        default: false,
        describe: 'go on with the campaign in --out, or begin it: make what is missing or changed',
      })
      .option('out', { type: 'string', describe: 'the campaign directory [campaign-runs/<name>-<time>]' })
      .option('schema', {
        type: 'boolean',
        default: false,
        describe: 'print the JSON Schema of campaign files',
      })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    if (args.schema) {
      await writeJson(campaignJsonSchema());
      return 0;
    }
    if (args.file === undefined) throw new UsageError('Name a campaign file, or use --schema');
    if (!Number.isInteger(args.jobs) || args.jobs < 1)
      throw new UsageError('--jobs takes a whole number greater than 0');
    if (args.resume && args.out === undefined)
      throw new UsageError('--resume goes on in a directory: name it with --out');
    const file = readCampaign(args.file);
    const cells = planCampaign(file);
    const name = file.name ?? basename(args.file).replace(/\.ya?ml$/, '');
    const directory = resolve(args.out ?? defaultDirectory(name));
    await openCampaign(directory, { name, text: readFileSync(args.file, 'utf8'), cells }, args.resume);
    const interrupt = onInterrupt('ending the runs that are under way, then --resume goes on');
    const { clock } = realRuntime('campaign');
    const rows = await makeRuns({
      file,
      cells,
      directory,
      jobs: args.jobs,
      clock,
      interrupt: interrupt.signal,
      progress: progressOf(clock),
    });
    interrupt.release();
    const results = campaignResults(name, cells, rows);
    await writeAtomically(join(directory, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
    await writeAtomically(
      join(directory, 'timings.json'),
      `${JSON.stringify(campaignTimings(rows), null, 1)}\n`,
    );
    await writeAtomically(join(directory, 'summary.md'), campaignMarkdown(results));
    if (args.json) await writeJson(results);
    else await writeText(`\n${campaignMarkdown(results)}\n${resolve(directory, 'summary.md')}\n`);
    return results.exitCode;
  },
});

function defaultDirectory(name: string): string {
  return `campaign-runs/${name.replace(/[^\w.-]+/g, '-')}-${wallClock().replace(/[-:]|\..*$/g, '')}`;
}

/** A line a run, with an estimate of what is left. */
function progressOf(clock: Clock): (progress: CampaignProgress) => void {
  const began = clock.now();
  let made = 0;
  return ({ done, total, row, cell }) => {
    made++;
    const left = ((clock.now() - began) / made) * (total - done);
    const place = `${cell.configuration} ${cell.workload} ${cell.faults} seed ${row.seed}`;
    tell(`${done}/${total}  ${row.outcome.padEnd(12)} ${place}  (about ${Math.ceil(left / 60e9)} min left)`);
  };
}
