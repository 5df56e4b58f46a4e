import { cleanDocker } from '../../harness/hosts/docker/clean.ts';
import { dockerAvailable } from '../../harness/hosts/docker/engine.ts';
import { cleanProcesses } from '../../harness/hosts/process/clean.ts';
import { defineCommand } from '../command.ts';
import { writeJson, writeLines } from '../output.ts';

export const cleanCommand = defineCommand({
  usage: 'clean',
  title: 'Remove what runs left behind whose harness is dead: processes, containers, networks',
  options: (yargs) =>
    yargs.option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async (args) => {
    const processes = await cleanProcesses();
    const engine = await dockerAvailable();
    const docker = engine === true ? await cleanDocker() : { containers: [], networks: [] };
    if (args.json) await writeJson({ processes, docker, engine: engine === true });
    else
      await writeLines([
        `${processes.killed.length} processes, ${docker.containers.length} containers, ${docker.networks.length} networks removed`,
        ...(engine === true ? [] : ['no Docker engine answers, so there was nothing to look for there']),
      ]);
    return 0;
  },
});
