import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeAtomically } from '../../results/atomic-write.ts';
import { bundle } from '../bundle/pack.ts';
import { defineCommand } from '../command.ts';
import { writeJson, writeLines } from '../output.ts';
import { UsageError } from '../usage.ts';

export const bundleCommand = defineCommand({
  usage: 'bundle <run>',
  title: 'One archive of a run for a bug report, secrets removed',
  options: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'a run directory' })
      .option('out', { type: 'string', describe: 'the archive [alibi-<run>.tar.gz]' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    if (args.out !== undefined && existsSync(args.out))
      throw new UsageError(`${args.out} is there already: name another --out`);
    if (statSync(args.run, { throwIfNoEntry: false })?.isFile())
      throw new UsageError(`${args.run} is a file: a bundle is made of a run directory`);
    const { archive, name, files, scrubbed, finished } = await bundle(args.run);
    const out = resolve(args.out ?? `${name}.tar.gz`);
    if (existsSync(out)) throw new UsageError(`${out} is there already: name another --out`);
    await writeAtomically(out, archive);
    const { outcome } = finished.document;
    if (args.json) await writeJson({ version: 1, out, bytes: archive.length, outcome, files, scrubbed });
    else
      await writeLines([
        `${out}  (${Math.ceil(archive.length / 1024)} KiB, ${files.length} files, ${outcome})`,
        ...(scrubbed.length === 0 ? [] : [`secrets or names removed from: ${scrubbed.join(', ')}`]),
        'Look through it before you attach it: no list of patterns knows every secret.',
      ]);
    return 0;
  },
});
