import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { EXPORT_FORMATS, exportHistory } from '../../harness/history/formats/export.ts';
import { readHistory } from '../../harness/history/reader.ts';
import { readRunDirectory } from '../../results/run-directory.ts';
import { defineCommand } from '../command.ts';
import { tell, writeText } from '../output.ts';

export const exportCommand = defineCommand({
  usage: 'export <path>',
  title: 'Write a history so that Elle, Knossos or Porcupine can judge it',
  options: (yargs) =>
    yargs
      .positional('path', {
        type: 'string',
        demandOption: true,
        describe: 'a run directory or a history file',
      })
      .option('format', { choices: EXPORT_FORMATS, default: 'edn' as const })
      .option('out', { type: 'string', describe: 'a file [stdout]' }),
  run: async (args) => {
    const directory = (await stat(args.path).catch(() => null))?.isDirectory() ?? false;
    const path = directory ? (await readRunDirectory(args.path)).historyPath : args.path;
    const text = exportHistory((await readHistory(path)).history, args.format);
    if (args.out === undefined) await writeText(text);
    else {
      writeFileSync(args.out, text);
      tell(`wrote ${join(args.out)}`);
    }
    return 0;
  },
});
