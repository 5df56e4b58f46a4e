import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Clock } from '../../harness/runtime/types.ts';
import { realRuntime } from '../../harness/runtime/real.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import { openCampaign } from '../campaign/directory.ts';
import { planCampaign } from '../campaign/matrix.ts';
import { makeRuns, type CampaignProgress } from '../campaign/runner.ts';
import { campaignJsonSchema, readCampaign } from '../campaign/schema.ts';
import { writeOutcome } from '../campaign/outcome.ts';
import {
  isRegression,
  openBaseline,
  readKnown,
  regressionsOf,
  type Regressions,
} from '../campaign/regressions.ts';
import {
  campaignMarkdown,
  campaignResults,
  campaignTimings,
  exitCodeOf,
  type CampaignResults,
} from '../campaign/summary.ts';
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
    const regressions =
      against === null
        ? null
        : regressionsOf(results, against.baseline, against.known, wallClock().slice(0, 10));
    await writeOutcome(directory, { results, timings: campaignTimings(rows), regressions });
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
