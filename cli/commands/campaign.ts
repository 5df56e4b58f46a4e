import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { wallClock } from '../../harness/runtime/wall.ts';
import { nightsIn } from '../../results/trends/nights.ts';
import { campaignName, makeCampaign } from '../campaign/make.ts';
import { campaignJsonSchema, readCampaign } from '../campaign/schema.ts';
import {
  isRegression,
  openBaseline,
  readKnown,
  regressionsOf,
  type Regressions,
} from '../campaign/regressions.ts';
import { campaignMarkdown, exitCodeOf, type CampaignResults } from '../campaign/summary.ts';
import { defineCommand } from '../command.ts';
import { writeJson, writeText } from '../output.ts';
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
      .option('baseline', {
        type: 'string',
        describe:
          'earlier runs to compare with: a run, a campaign, its results.json, or a directory of these',
      })
      .option('known', {
        type: 'string',
        describe: 'a file of accepted findings [known.yaml, if there is one]',
      })
      .option('fail-on', {
        choices: ['any', 'new'] as const,
        default: 'any' as const,
        describe: 'exit 1 for any unexpected violation, or only for findings that the baseline does not have',
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
    if (args.failOn === 'new' && args.baseline === undefined)
      throw new UsageError('--fail-on new compares with earlier runs: name them with --baseline');
    const against = await comparisonOf(args.baseline, args.known);
    const directory = resolve(args.out ?? defaultDirectory(args.file));
    const { results, regressions } = await makeCampaign(args.file, {
      directory,
      jobs: args.jobs,
      resume: args.resume,
      nights: args.baseline === undefined ? [] : await nightsIn(args.baseline),
      against: (made) =>
        against === null
          ? null
          : regressionsOf(made, against.baseline, against.known, wallClock().slice(0, 10)),
    });
    if (args.json)
      await writeJson(regressions === null ? results : { ...results, changes: regressions.findings });
    else
      await writeText(
        `\n${campaignMarkdown(results, regressions)}\n${resolve(directory, 'summary.md')}\n${resolve(directory, 'index.html')}\n`,
      );
    return args.failOn === 'new' && regressions !== null
      ? exitCodeOfNew(results, regressions)
      : results.exitCode;
  },
});

/** What to compare with; read before anything is made, so that a slip of the pen costs no night. */
async function comparisonOf(path: string | undefined, known: string | undefined) {
  if (path === undefined) {
    if (known !== undefined)
      throw new UsageError('--known says which findings are accepted: it goes with --baseline');
    return null;
  }
  const file = known ?? (existsSync('known.yaml') ? 'known.yaml' : null);
  return {
    baseline: { path, night: await openBaseline(path) },
    known: file === null ? [] : readKnown(file),
  };
}

/** With `--fail-on new`, violations that the baseline has too are no reason to fail; the other reasons stay. */
function exitCodeOfNew(results: CampaignResults, regressions: Regressions): number {
  if (regressions.findings.some(isRegression)) return 1;
  return exitCodeOf(results.cells, { surprises: false });
}

function defaultDirectory(path: string): string {
  const name = campaignName(path, readCampaign(path).name);
  return `campaign-runs/${name.replace(/[^\w.-]+/g, '-')}-${wallClock().replace(/[-:]|\..*$/g, '')}`;
}
