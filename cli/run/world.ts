import type { Host, HostContext } from '../../harness/hosts/types.ts';
import type { ResolvedRun } from './config.ts';

/** The host of the run's world, ready for nodes. Docker's client is loaded only where it is used. */
export async function hostFor(run: ResolvedRun, context: HostContext): Promise<Host> {
  switch (run.config.world) {
    case 'process': {
      const { processHost } = await import('../../harness/hosts/process/host.ts');
      return processHost(context);
    }
    case 'docker': {
      const { dockerHost } = await import('../../harness/hosts/docker/host.ts');
      return dockerHost(context);
    }
    case 'sim':
      throw new Error('the simulated world has no host');
  }
}
