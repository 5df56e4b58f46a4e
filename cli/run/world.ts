import type { Host, HostContext } from '../../harness/hosts/types.ts';
import { FAULTS } from '../../nemesis/registry.ts';
import type { FaultSpec } from '../../nemesis/types.ts';
import { DoesNotFit, UsageError } from '../usage.ts';
import type { ResolvedRun } from './config.ts';

/** Linux capabilities, by comma, that sidecars get instead of the usual ones. */
const SIDECAR_CAPABILITIES = 'ALIBI_SIDECAR_CAPABILITIES';

/** Refuses a run whose world is not to be had here, before anything is made. @throws UsageError */
export async function requireWorld(run: ResolvedRun): Promise<void> {
  if (run.config.world !== 'docker') return;
  const { dockerAvailable } = await import('../../harness/hosts/docker/engine.ts');
  const available = await dockerAvailable();
  if (available !== true) throw new UsageError(available.refused);
  const needing = run.faults.find(needsDisk);
  if (needing === undefined) return;
  const { noDisks } = await import('../../harness/hosts/docker/disk.ts');
  const refused = noDisks();
  if (refused !== null) throw new DoesNotFit(`Fault ${needing.text} cannot be had here: ${refused.refused}`);
}

function needsDisk({ family }: FaultSpec): boolean {
  return FAULTS.get(family)?.needsDisk === true;
}

/** The host of the run's world, ready for nodes. Docker's client is loaded only where it is used. */
export async function hostFor(run: ResolvedRun, context: HostContext): Promise<Host> {
  switch (run.config.world) {
    case 'process': {
      const { processHost } = await import('../../harness/hosts/process/host.ts');
      return processHost(context);
    }
    case 'docker': {
      const { dockerHost } = await import('../../harness/hosts/docker/host.ts');
      const capabilities = process.env[SIDECAR_CAPABILITIES];
      return dockerHost(
        { ...context, disks: run.faults.some(needsDisk) },
        capabilities === undefined ? {} : { sidecarCapabilities: capabilities.split(',').filter(Boolean) },
      );
    }
    case 'sim':
      throw new Error('the simulated world has no host');
  }
}
