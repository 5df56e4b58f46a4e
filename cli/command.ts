import type { ArgumentsCamelCase, Argv } from 'yargs';

/** A command of the command line. `run` resolves with the exit code. */
export interface Command {
  readonly usage: string;
  readonly title: string;
  readonly options: (yargs: Argv) => Argv;
  readonly run: (args: ArgumentsCamelCase) => Promise<number>;
}

/** Ties the type of the parsed arguments to the options that parse them. */
export function defineCommand<T>(command: {
  readonly usage: string;
  readonly title: string;
  readonly options: (yargs: Argv) => Argv<T>;
  readonly run: (args: ArgumentsCamelCase<T>) => Promise<number>;
}): Command {
  return command as unknown as Command;
}
