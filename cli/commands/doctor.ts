import { existsSync } from 'node:fs';
import { dockerAvailable } from '../../harness/hosts/docker/engine.ts';
import { embeddedPostgres } from '../../clusters/postgres/server/binaries.ts';
import { defineCommand } from '../command.ts';
import { writeJson, writeLines } from '../output.ts';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  /** Without it nothing works; else only some clusters or pages are missing. */
  readonly required: boolean;
  readonly detail: string;
}

const OLDEST_NODE = 20;

async function findings(): Promise<Finding[]> {
  const docker = await dockerAvailable();
  const postgres = embeddedPostgres();
  const browser = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  return [
    {
      what: 'Node.js',
      ok: Number(process.versions.node.split('.')[0]) >= OLDEST_NODE,
      required: true,
      detail: `${process.version}; Alibi needs ${OLDEST_NODE} or newer`,
    },
    {
      what: 'PostgreSQL without Docker',
      ok: postgres.available,
      required: false,
      detail: postgres.detail,
    },
    {
      what: 'Docker engine',
      ok: docker === true,
      required: false,
      detail: docker === true ? 'answers: --world docker works' : docker.refused,
    },
    {
      what: 'Chromium (tests of the pages only)',
      ok: existsSync(browser),
      required: false,
      detail: existsSync(browser) ? browser : 'apt-get install chromium, or set CHROMIUM to its path',
    },
  ];
}

export const doctorCommand = defineCommand({
  usage: 'doctor',
  title: 'Say what works on this machine and what to install for the rest',
  options: (yargs) =>
    yargs.option('json', { type: 'boolean', default: false, describe: 'one JSON array on stdout' }),
  run: async (args) => {
    const found = await findings();
    if (args.json) await writeJson(found);
    else
      await writeLines(
        found.map((f) => `${f.ok ? 'ok     ' : f.required ? 'MISSING' : 'without'}  ${f.what}: ${f.detail}`),
      );
    return found.some((f) => f.required && !f.ok) ? 3 : 0;
  },
});
