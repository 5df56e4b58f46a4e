import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EXIT_CODES } from '../../results/outcome.ts';
import { runSummary } from '../../results/verdict-table.ts';
import { checkFile } from '../check/check-file.ts';
import { judgeAndReport } from '../check/finish.ts';
import { modelOptions } from '../check/model-file.ts';
import { parseConsistency } from '../check/promise.ts';
import { defineCommand } from '../command.ts';
import { writeJson, writeLines } from '../output.ts';
import { UsageError } from '../usage.ts';
import { MODEL_NAMES } from '../../checkers/linearizability/models/models.ts';
import type { Json } from '../../harness/history/event.ts';

export const checkCommand = defineCommand({
  usage: 'check <path>',
  title: 'Judge a run directory or a history file: same verdict, no cluster',
  options: (yargs) =>
    yargs
      .positional('path', {
        type: 'string',
        demandOption: true,
        describe: 'a run directory, or a history in any known format',
      })
      .option('model', {
        type: 'string',
        describe: `what the objects are: ${MODEL_NAMES.join(', ')}, or a FILE.mjs of your own [as the operations suggest]`,
      })
      .option('consistency', { type: 'string', describe: 'judge exactly these guarantees, several by comma' })
      .option('initial', {
        type: 'string',
        describe: 'JSON: what objects hold before the first write [null]',
      })
      .option('budget', { type: 'number', describe: 'search budget in states' })
      .option('cas-fail', {
        choices: ['unknown', 'mismatch'] as const,
        default: 'unknown' as const,
        describe: 'what a failed cas says of the value: nothing, or that it was another',
      })
      .option('report', { type: 'string', describe: 'write the page to FILE.html' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    const asked = args.consistency === undefined ? null : parseConsistency(args.consistency);
    if (args.budget !== undefined && !(Number.isInteger(args.budget) && args.budget > 0))
      throw new UsageError('--budget takes a whole number greater than 0');
    const isRun = await isDirectory(args.path);
    if (isRun) refuseForRuns(args);
    const document = isRun
      ? (await judgeAndReport(args.path, { asked })).document
      : await checkFile(args.path, {
          asked,
          casFail: args.casFail,
          report: args.report,
          options: {
            ...(args.model === undefined ? {} : await modelOptions(args.model)),
            ...(args.initial === undefined ? {} : { initial: parseJson(args.initial) }),
            ...(args.budget === undefined ? {} : { budget: args.budget }),
          },
        });
    if (args.json) await writeJson(document);
    else {
      await writeLines([runSummary(document)]);
      if (args.report !== undefined) await writeLines([`report: ${resolve(args.report)}`]);
    }
    return EXIT_CODES[document.outcome];
  },
});

/** A run says itself what its objects are, and has its report: what cannot be heeded is not passed over in silence. */
function refuseForRuns(args: { readonly [option: string]: unknown }): void {
  const given = ['model', 'initial', 'budget', 'report'].find((name) => args[name] !== undefined);
  const refused = given ?? (args['casFail'] === 'unknown' ? undefined : 'cas-fail');
  if (refused !== undefined)
    throw new UsageError(
      `--${refused} is for history files: the run directory ${String(args['path'])} says itself how it is judged (its history: ${join(String(args['path']), 'history.jsonl')})`,
    );
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new UsageError(`There is no file or run directory ${path}`);
  return found.isDirectory();
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError(`--initial ${text}: write a JSON value, such as null, 0 or '""'`);
  }
}
