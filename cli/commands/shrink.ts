import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ANOMALIES } from '../../checkers/registry.ts';
import type { JudgedAnomaly } from '../../checkers/judge.ts';
import { events, type History } from '../../harness/history/history.ts';
import { readHistory } from '../../harness/history/reader.ts';
import { eventLine, headerLine } from '../../harness/history/writer.ts';
import { readRunDirectory, RunPaths } from '../../results/run-directory.ts';
import { judgeBare } from '../check/check-file.ts';
import { judgeRun } from '../check/judge-run.ts';
import { defineCommand } from '../command.ts';
import { tell, writeJson, writeLines } from '../output.ts';
import { executeRun } from '../run/execute.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { runOf, scenarioOf, scenarioText } from '../scenario/scenario.ts';
import { storedRun } from '../scenario/stored.ts';
import { shrinkReal } from '../shrink/real.ts';
import {
  historyDocument,
  historyText,
  runDocument,
  runText,
  scheduleDocument,
  scheduleText,
} from '../shrink/report.ts';
import { shrinkHistory, type Look } from '../shrink/saved.ts';
import { shrinkSimulated } from '../shrink/simulated.ts';
import { snippet } from '../shrink/snippet.ts';
import { lookup, UsageError } from '../usage.ts';
import { whole } from './zoo.ts';

/** Operations that may be simulated: about 20 s of one core. */
export const BUDGET = 1_000_000;
/** Real runs that may be made on the way to a smaller schedule. */
const RUNS = 60;

interface Options {
  readonly anomaly: string | undefined;
  readonly out: string;
  /** Null: as much as is usual. */
  readonly budget: number | null;
  readonly snippet: boolean;
  readonly json: boolean;
}

export const shrinkCommand = defineCommand({
  usage: 'shrink <run>',
  title:
    'The smallest scenario (simulated runs), sub-history or fault schedule (all others) that shows the same anomaly',
  options: (yargs) =>
    yargs
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'a run directory or a history file',
      })
      .option('anomaly', {
        type: 'string',
        describe: 'the anomaly to keep [the gravest that breaks the claim]',
      })
      .option('out', {
        type: 'string',
        describe: 'where the scenario with its run, or the sub-history, goes [RUN-shrunk]',
      })
      .option('budget', {
        type: 'number',
        describe: `operations that may be simulated on the way [${BUDGET}]; with --schedule, runs [${RUNS}]`,
      })
      .option('schedule', {
        type: 'boolean',
        default: false,
        describe: 'real runs: make it again and again for the smallest schedule of faults',
      })
      .option('again', {
        type: 'string',
        describe: 'with --schedule: a schedule counts when K/N runs show the anomaly [2/3]',
      })
      .option('snippet', {
        type: 'boolean',
        default: false,
        describe: 'simulated: print a vitest test that asserts the anomaly',
      })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    if (args.anomaly !== undefined) lookup('anomaly', args.anomaly, ANOMALIES);
    const isFile = statSync(args.run, { throwIfNoEntry: false })?.isFile() ?? false;
    const options: Options = {
      anomaly: args.anomaly,
      out: resolve(args.out ?? defaultOut(args.run, isFile)),
      budget: args.budget === undefined ? null : whole('--budget', args.budget),
      snippet: args.snippet,
      json: args.json,
    };
    if (existsSync(options.out)) throw new UsageError(`${options.out} is there already: name another --out`);
    if (args.again !== undefined && !args.schedule)
      throw new UsageError(
        '--again says how often a real run must show the anomaly: it goes with --schedule',
      );
    if (args.schedule && isFile)
      throw new UsageError(`${args.run} is a file: --schedule makes a run again, so name its directory`);
    if (isFile) {
      const beside = dirname(args.run);
      const ofRun = existsSync(new RunPaths(beside).meta);
      return ofRun ? shrinkStored(beside, options) : shrinkFile(args.run, options);
    }
    const { meta } = await readRunDirectory(args.run);
    if (args.schedule) return shrinkFaults(args.run, options, share(args.again ?? '2/3'));
    return meta.world === 'sim' ? shrinkRun(args.run, options) : shrinkStored(args.run, options);
  },
});

function defaultOut(run: string, isFile: boolean): string {
  const name = basename(resolve(run)).replace(/\.(jsonl|json|edn|log)(\.gz)?$/, '');
  return join(dirname(resolve(run)), `${name}-shrunk${isFile ? '.jsonl' : ''}`);
}

/** A simulated run: by making ever smaller ones. Leaves a run directory with the scenario, its history and report. */
async function shrinkRun(path: string, options: Options): Promise<number> {
  const stored = await readRunDirectory(path);
  const { history } = await readHistory(stored.historyPath);
  const { anomalies } = await judgeRun(stored.meta, history, null);
  const anomaly = chosen(anomalies, options.anomaly, path);
  tell(`shrinking to the smallest scenario that shows ${anomaly}`);
  const shrunk = await shrinkSimulated(storedRun(stored), anomaly, options.budget ?? BUDGET);
  const scenario = scenarioOf(shrunk.config, shrunk.script, anomaly);
  const interrupt = onInterrupt();
  try {
    await executeRun(runOf(scenario), {
      directory: options.out,
      id: `${stored.meta.id}-shrunk`,
      latest: false,
      keepCluster: false,
      logLevel: 'warn',
      interrupt: interrupt.signal,
      progress: () => undefined,
      report: 'always',
    });
  } finally {
    interrupt.release();
  }
  writeFileSync(join(options.out, 'scenario.json'), scenarioText(scenario));
  writeFileSync(join(options.out, 'shrink.json'), `${JSON.stringify(runDocument(shrunk), null, 2)}\n`);
  const test = snippet('scenario.json', anomaly, shrunk.explanation);
  if (options.json)
    await writeJson({
      ...runDocument(shrunk),
      out: options.out,
      ...(options.snippet ? { snippet: test } : {}),
    });
  else if (options.snippet) await writeLines([test]);
  else
    await writeLines([
      ...runText(shrunk),
      '',
      `alibi run --scenario ${join(options.out, 'scenario.json')}`,
      `report: ${join(options.out, 'report.html')}`,
    ]);
  return 0;
}

/** The faults of a real run, by making it again. Leaves a run directory with the smallest schedule that was found. */
async function shrinkFaults(
  path: string,
  options: Options,
  again: { readonly hits: number; readonly tries: number },
): Promise<number> {
  const stored = await readRunDirectory(path);
  if (stored.meta.world === 'sim')
    throw new UsageError('--schedule is for real runs: a simulated one is shrunk with its faults and all');
  const { history } = await readHistory(stored.historyPath);
  const { anomalies } = await judgeRun(stored.meta, history, null);
  const anomaly = chosen(anomalies, options.anomaly, path);
  tell(
    `making ${path} again with fewer faults, as long as ${again.hits} of ${again.tries} runs show ${anomaly}`,
  );
  const interrupt = onInterrupt();
  try {
    const shrunk = await shrinkReal(stored, {
      ...{ anomaly, ...again, runs: options.budget ?? RUNS, out: options.out, progress: tell },
      execute: {
        ...{ keepCluster: false, logLevel: 'warn', interrupt: interrupt.signal, progress: () => undefined },
      },
    });
    const document = { ...scheduleDocument(anomaly, shrunk), out: options.out };
    writeFileSync(join(options.out, 'shrink.json'), `${JSON.stringify(document, null, 2)}\n`);
    if (options.json) await writeJson(document);
    else
      await writeLines([
        ...scheduleText(anomaly, shrunk),
        '',
        `alibi run --scenario ${join(options.out, 'scenario.json')}`,
        `report: ${join(options.out, 'report.html')}`,
      ]);
    return 0;
  } finally {
    interrupt.release();
  }
}

/** Of `2/3`. @throws UsageError */
function share(text: string): { readonly hits: number; readonly tries: number } {
  const [, hits = '0', tries = '0'] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (Number(hits) < 1 || Number(tries) < Number(hits))
    throw new UsageError(`--again ${text}: write it as K/N, so many of so many runs, such as 2/3`);
  return { hits: Number(hits), tries: Number(tries) };
}

/** The history of a run, held to its claim: what a real run did cannot be made again at will. */
async function shrinkStored(path: string, options: Options): Promise<number> {
  const stored = await readRunDirectory(path);
  const { history } = await readHistory(stored.historyPath);
  return shrinkSaved(
    history,
    path,
    options,
    async (part) => (await judgeRun(stored.meta, part, null)).anomalies,
  );
}

async function shrinkFile(path: string, options: Options): Promise<number> {
  const { history, initial } = await readHistory(path);
  return shrinkSaved(history, path, options, async (part) => (await judgeBare(part, initial)).anomalies);
}

async function shrinkSaved(
  history: History,
  path: string,
  options: Options,
  judge: (part: History) => Promise<readonly JudgedAnomaly[]>,
): Promise<number> {
  if (options.snippet) throw new UsageError('--snippet is for simulated runs: a history cannot be run');
  const anomaly = chosen(await judge(history), options.anomaly, path);
  const look: Look = async (part) =>
    (await judge(part)).find((found) => found.name === anomaly && found.status === 'violation') ?? null;
  const shrunk = await shrinkHistory(history, look);
  if (shrunk === null) throw new Error(`${anomaly} is not found a second time`);
  mkdirSync(dirname(options.out), { recursive: true });
  const file = options.out.endsWith('.jsonl') ? options.out : `${options.out}.jsonl`;
  writeFileSync(file, headerLine({}) + [...events(shrunk.history)].map(eventLine).join(''));
  if (options.json) await writeJson({ ...historyDocument(anomaly, shrunk), out: file });
  else await writeLines([...historyText(anomaly, shrunk), `  ${file}`]);
  return 0;
}

function chosen(anomalies: readonly JudgedAnomaly[], asked: string | undefined, path: string): string {
  const violations = anomalies.filter(({ status }) => status === 'violation').map(({ name }) => name);
  if (violations.length === 0)
    throw new UsageError(`${path} shows no anomaly that breaks its claim: there is nothing to shrink to`);
  if (asked === undefined) return violations[0];
  if (!violations.includes(asked))
    throw new UsageError(`${path} shows no ${asked}; it shows: ${violations.join(', ')}`);
  return asked;
}
