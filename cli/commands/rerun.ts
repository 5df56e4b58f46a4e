import { readRunDirectory } from '../../results/run-directory.ts';
import { defineCommand } from '../command.ts';
import { storedRun } from '../scenario/stored.ts';
import { makeOne } from './run.ts';

export const rerunCommand = defineCommand({
  usage: 'rerun <run>',
  title: 'Make a run again from its run directory: same configuration, same seed',
  options: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'a run directory' })
      .option('out', { type: 'string', describe: 'the new run directory [runs/<id>]' })
      .option('keep-cluster', { type: 'boolean', default: false, describe: 'leave the cluster running' })
      .option('log-level', { choices: ['debug', 'info', 'warn', 'error'] as const, default: 'info' as const })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    const stored = await readRunDirectory(args.run);
    return makeOne(storedRun(stored), {
      out: args.out,
      keepCluster: args.keepCluster,
      logLevel: args.logLevel,
      json: args.json,
    });
  },
});
