import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { realRuntime } from '../../harness/runtime/real.ts';
import { SECOND } from '../../harness/runtime/types.ts';
import { wallClock } from '../../harness/runtime/wall.ts';
import { EXIT_CODES } from '../../results/outcome.ts';
import { accountMarkdown } from '../../results/gameday/account.ts';
import { runId } from '../../results/run-directory.ts';
import { followRun, type Followed } from '../../results/serve/server.ts';
import { defineCommand } from '../command.ts';
import { readGameday, requestOfGameday } from '../gameday/file.ts';
import { tellGameday } from '../gameday/tell.ts';
import { tell, writeJson, writeText } from '../output.ts';
import { applyOwnConfiguration } from '../run/alibi-yaml.ts';
import { resolveRun, type ResolvedRun } from '../run/config.ts';
import { executeRun } from '../run/execute.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { progressPrinter } from '../run/progress.ts';

/** A page that looks once a second has found the account by then. */
const LAST_LOOK = 3 * SECOND;

export const gamedayCommand = defineCommand({
  usage: 'gameday <file>',
  title: 'Faults and operator commands by a timetable, held against limits, with a written account',
  options: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'a game day in YAML' })
      .option('out', { type: 'string', describe: 'the run directory [runs/<id>]' })
      .option('log-level', { choices: ['debug', 'info', 'warn', 'error'] as const, default: 'info' as const })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    const { file, text } = readGameday(args.file);
    const run = resolveRun(applyOwnConfiguration(requestOfGameday(args.file, file), process.cwd()));
    const { config } = run;
    const id = runId(wallClock(), `gameday-${config.cluster}-${config.configuration}`, config.seed);
    const directory = resolve(args.out ?? `runs/${id}`);
    tell(
      `${file.name}: ${config.cluster}:${config.configuration}, ${file.timetable.length} steps in ${config.time} s`,
    );
    const finished = await execute(run, {
      id,
      directory,
      latest: args.out === undefined,
      logLevel: args.logLevel,
      text,
    });
    try {
      const account = await tellGameday(directory, file, finished.document);
      if (args.json) await writeJson({ version: 1, ...account });
      else await writeText(`${accountMarkdown(account)}\naccount: ${join(directory, 'gameday.html')}\n`);
      return EXIT_CODES[account.outcome];
    } finally {
      await finished.leave();
    }
  },
});

interface Place {
  readonly id: string;
  readonly directory: string;
  readonly latest: boolean;
  readonly logLevel: string;
  /** The file, kept with the run. */
  readonly text: string;
}

/** Makes the run and shows it in a page while it goes on; a simulated one is over before anybody could look. */
async function execute(run: ResolvedRun, { id, directory, latest, logLevel, text }: Place) {
  const interrupt = onInterrupt();
  const printer = progressPrinter();
  let page: Followed | null = null;
  const follow = async (): Promise<void> => {
    await writeFile(join(directory, 'gameday.yaml'), text);
    if (run.config.world === 'sim') return;
    page = await followRun(dirname(directory), directory);
    tell(`follow it: ${page.url}`);
  };
  try {
    const { document } = await executeRun(run, {
      ...{ directory, id, latest, logLevel },
      keepCluster: false,
      interrupt: interrupt.signal,
      progress: printer.show,
      report: 'always',
      opened: follow,
    });
    return { document, leave: () => leave(page) };
  } catch (error) {
    await leave(page);
    throw error;
  } finally {
    printer.done();
    interrupt.release();
  }
}

/** Whoever is looking still gets to the account. */
async function leave(page: Followed | null): Promise<void> {
  if (page === null) return;
  if (page.watched()) await realRuntime('gameday').clock.sleep(LAST_LOOK);
  page.close();
}
