import yargs, { type Argv } from 'yargs';
import { BadHistory } from '../harness/history/reader.ts';
import { ExportRefused } from '../harness/history/formats/porcupine-write.ts';
import { EXIT_USAGE } from '../results/outcome.ts';
import { RunDirectoryError } from '../results/run-directory.ts';
import type { Command } from './command.ts';
import { bundleCommand } from './commands/bundle.ts';
import { compareCommand } from './commands/compare.ts';
import { campaignCommand } from './commands/campaign.ts';
import { checkCommand } from './commands/check.ts';
import { cleanCommand } from './commands/clean.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { gamedayCommand } from './commands/gameday.ts';
import { imagesCommand } from './commands/images.ts';
import { initCommand } from './commands/init.ts';
import { listCommand } from './commands/list.ts';
import { mutateCommand } from './commands/mutate.ts';
import { replayCommand } from './commands/replay.ts';
import { rerunCommand } from './commands/rerun.ts';
import { runCommand } from './commands/run.ts';
import { shrinkCommand } from './commands/shrink.ts';
import { serveCommand } from './commands/serve.ts';
import { zooCommand } from './commands/zoo.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

const COMMANDS: readonly Command[] = [
  runCommand,
  checkCommand,
  rerunCommand,
  replayCommand,
  shrinkCommand,
  bundleCommand,
  campaignCommand,
  compareCommand,
  serveCommand,
  gamedayCommand,
  zooCommand,
  mutateCommand,
  listCommand,
  exportCommand,
  demoCommand,
  doctorCommand,
  cleanCommand,
  imagesCommand,
  initCommand,
];

/** Exit code of what broke in Alibi itself or in the machine under it. */
const EXIT_ERROR = 3;

/**
 * The command line. Resolves with the exit code: 0 valid, 1 violation, 2 unknown or inconclusive, 3 error, 64 usage.
 * Never rejects: what the user got wrong is one sentence on stderr.
 */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const parser = COMMANDS.reduce<Argv>(
    (argv, command) =>
      argv.command(
        command.usage,
        command.title,
        (y) => command.options(y),
        async (parsed) => {
          exitCode = await command.run(parsed);
        },
      ),
    yargs()
      .scriptName('alibi')
      .usage('$0 <command>: cross-examines replicated databases')
      .version(version())
      .help()
      .wrap(110)
      .strict()
      .demandCommand(1, 'Name a command')
      .recommendCommands()
      .exitProcess(false)
      // Without throwing here, yargs runs the handler even after a failed validation.
      .fail((message: string | null, error: Error | undefined) => {
        throw error ?? new UsageError((message ?? 'Bad command line').replace(/\s*\n\s*/g, ' '));
      }),
  );
  try {
    await parser.parseAsync([...args]);
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  if (
    error instanceof UsageError ||
    error instanceof BadHistory ||
    error instanceof RunDirectoryError ||
    error instanceof ExportRefused ||
    isYargs(error)
  ) {
    process.stderr.write(`alibi: ${error.message}\n`);
    return EXIT_USAGE;
  }
  const text =
    error instanceof Error
      ? process.env['ALIBI_DEBUG']
        ? (error.stack ?? error.message)
        : error.message
      : String(error);
  process.stderr.write(`alibi: ${text}\n`);
  return EXIT_ERROR;
}

function isYargs(error: unknown): error is Error {
  return error instanceof Error && error.name === 'YError';
}
