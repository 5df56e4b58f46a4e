import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { wallClock } from '../../harness/runtime/wall.ts';
import { EXIT_CODES } from '../../results/outcome.ts';
import { readRunDirectory, runId, type StoredRun } from '../../results/run-directory.ts';
import { tampering } from '../../results/seal.ts';
import { runSummary } from '../../results/verdict-table.ts';
import { checkFile } from '../check/check-file.ts';
import { defineCommand } from '../command.ts';
import { tell, writeJson, writeLines } from '../output.ts';
import { replayReal, type Recurrence } from '../replay/real.ts';
import { replaySimulated, type Replayed } from '../replay/simulated.ts';
import { onInterrupt } from '../run/interrupt.ts';
import { UsageError } from '../usage.ts';
import { whole } from './zoo.ts';

export const replayCommand = defineCommand({
  usage: 'replay <run>',
  title:
    'Make a run again: simulated, the same bytes; real, the same operations and faults; a file, judged again',
  options: (yargs) =>
    yargs
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'a run directory or a history file',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'simulated: though another release made it',
      })
      .option('times', { type: 'number', describe: 'real: so often, and count how often it came back [1]' })
      .option('world', {
        choices: ['process', 'docker'] as const,
        describe: 'make it again there, a simulated run as well [where it was made]',
      })
      .option('out', { type: 'string', describe: 'real: where the runs go [runs/<id>]' })
      .option('log-level', { choices: ['debug', 'info', 'warn', 'error'] as const, default: 'warn' as const })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    if (isFile(args.run)) return recheck(args.run, args.json);
    const stored = await readRunDirectory(args.run);
    if (stored.meta.world === 'sim' && args.world === undefined) {
      if (args.times !== undefined)
        throw new UsageError(
          '--times is for real runs: a simulated one gives the same bytes however often it is made; --world process ' +
            'makes it again on real servers',
        );
      return simulated(await replaySimulated(stored, args.force), args.json);
    }
    const times = whole('--times', args.times ?? 1);
    const interrupt = onInterrupt();
    try {
      const recurrence = await replayReal(stored, {
        times,
        ...(args.world === undefined ? {} : { world: args.world }),
        out: resolve(args.out ?? defaultOut(stored)),
        execute: {
          keepCluster: false,
          logLevel: args.logLevel,
          interrupt: interrupt.signal,
          progress: () => undefined,
        },
        progress: tell,
      });
      for (const doubt of await tampering(stored)) tell(`${doubt}: what is repeated is what it says now`);
      return await real(recurrence, args.json);
    } finally {
      interrupt.release();
    }
  },
});

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** A file holds what happened and nothing that could make it happen again. */
async function recheck(path: string, json: boolean): Promise<number> {
  const document = await checkFile(path, { asked: null, casFail: 'unknown', report: undefined, options: {} });
  if (json) await writeJson({ kind: 'file', ...document });
  else await writeLines([runSummary(document)]);
  return EXIT_CODES[document.outcome];
}

async function simulated(replayed: Replayed, json: boolean): Promise<number> {
  const { identical, lines, difference, doubts } = replayed;
  if (json) await writeJson({ version: 1, kind: 'simulated', ...replayed });
  else if (difference === null) await writeLines([`identical: ${lines} lines of history, byte by byte`]);
  else
    await writeLines([
      ...doubts,
      `line ${difference.line} is the first that differs:`,
      `  then: ${difference.was ?? '(the history was over)'}`,
      `  now:  ${difference.is ?? '(the history is over)'}`,
    ]);
  return identical ? 0 : 1;
}

async function real(recurrence: Recurrence, json: boolean): Promise<number> {
  const { anomalies, again, runs } = recurrence;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  if (json) await writeJson({ version: 1, kind: 'real', ...recurrence });
  else
    await writeLines([
      ...runs.map(({ directory, found }) => `${directory}: ${found.join(', ') || 'no violation'}`),
      anomalies.length === 0
        ? 'the run violated nothing, so that nothing could come back'
        : `${anomalies.join(', ')} came back in ${again.hits} of ${again.runs} runs ` +
          `(95 % interval ${percent(again.low)} to ${percent(again.high)})`,
    ]);
  return again.hits > 0 ? 1 : 0;
}

function defaultOut({ meta }: StoredRun): string {
  const subject = `replay-${meta.cluster}-${meta.configuration}-${meta.workload}`;
  return `runs/${runId(wallClock(), subject, meta.seed)}`;
}
