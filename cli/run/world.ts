import type { Host, HostContext } from '../../harness/hosts/types.ts';
import { FAULTS } from '../../nemesis/registry.ts';
import type { FaultSpec } from '../../nemesis/types.ts';
import { DoesNotFit, UsageError } from '../usage.ts';
import type { ResolvedRun } from './config.ts';

const silent = () => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

/** Linux capabilities, by comma, that sidecars get instead of the usual ones. */
const SIDECAR_CAPABILITIES = 'ALIBI_SIDECAR_CAPABILITIES';

/** Refuses a run whose world is not to be had here, before anything is made. @throws UsageError */
export async function requireWorld(run: ResolvedRun): Promise<void> {
  if (run.config.world !== 'docker') return;
  const { dockerAvailable } = await import('../../harness/hosts/docker/engine.ts');
  const available = await dockerAvailable();
  if (available !== true) throw new UsageError(available.refused);
  if (run.config.image !== undefined) await requireImage(run.config.image, run);
  const needing = run.faults.find(needsDisk);
  if (needing === undefined) return;
  const { noDisks } = await import('../../harness/hosts/docker/disk.ts');
  const refused = noDisks();
  if (refused !== null) throw new DoesNotFit(`Fault ${needing.text} cannot be had here: ${refused.refused}`);
}

/** Our layer goes on top of the image before anything is made of it. @throws UsageError */
async function requireImage(image: string, { cluster }: ResolvedRun): Promise<void> {
  const { connectEngine } = await import('../../harness/hosts/docker/engine.ts');
  const { ensureLayer, ImageRefused } = await import('../../harness/hosts/docker/layer.ts');
  try {
    const context = { docker: connectEngine(), log: SILENT };
    for (const name of cluster.images ?? []) await ensureLayer(image, name, context);
  } catch (error) {
    if (error instanceof ImageRefused) throw new UsageError(error.message);
    throw error;
  }
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
        {
          ...context,
          disks: run.faults.some(needsDisk),
          ...(run.config.image === undefined ? {} : { image: run.config.image }),
        },
        capabilities === undefined ? {} : { sidecarCapabilities: capabilities.split(',').filter(Boolean) },
      );
    }
    case 'sim':
      throw new Error('the simulated world has no host');
  }
}
