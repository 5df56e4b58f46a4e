import { existsSync, writeFileSync } from 'node:fs';
import { defineCommand } from '../command.ts';
import { writeLines } from '../output.ts';
import { CONFIGURATION_FILE } from '../run/alibi-yaml.ts';
import { UsageError } from '../usage.ts';

const EXAMPLE = `# Configurations of your own: run one with  alibi run <name>
configurations:
  my-postgres:
    base: postgres:sync-first-1
    # The database's own settings, or the options that  alibi list clusters  shows.
    settings:
      synchronous_commit: remote_apply
      reads: any
    # What you believe it promises; Alibi holds it to that.
    claim:
      guarantee: [durable, read-your-writes]
      operations: all
      reads: any node
      tolerates: { faults: [kill, failover], howMany: 1 }
      source: what our runbook says
`;

export const initCommand = defineCommand({
  usage: 'init',
  title: `Write an example ${CONFIGURATION_FILE} into this directory`,
  options: (yargs) => yargs,
  run: async () => {
    if (existsSync(CONFIGURATION_FILE))
      throw new UsageError(`${CONFIGURATION_FILE} is already here; edit it, or move it away first`);
    writeFileSync(CONFIGURATION_FILE, EXAMPLE, { flag: 'wx' });
    await writeLines([`wrote ${CONFIGURATION_FILE}; try: alibi run my-postgres`]);
    return 0;
  },
});
