import { CLUSTERS } from '../../clusters/registry.ts';
import { TWINS } from '../../clusters/twins.ts';
import { twinDirectory } from '../../results/twin.ts';
import { makeSimulated } from '../campaign/simulated.ts';
import { UsageError } from '../usage.ts';
import { resolveRun, type RunConfig, type RunRequest } from './config.ts';

/**
 * The run of the reference store that models this one: same workload, faults, times and seed, and of the settings those that the store
 * has too. It is held to its own claim, or to what was asked. @throws UsageError where there is no twin, or where it cannot be run so
 */
export function twinOf(config: RunConfig): RunRequest {
  const name = `${config.cluster}:${config.configuration}`;
  const twin = TWINS.get(name);
  if (twin === undefined)
    throw new UsageError(
      `--twin: ${name} has no twin in the reference store (those that have one: ${[...TWINS.keys()].join(', ')})`,
    );
  const [cluster, configuration] = twin.split(':');
  const known = CLUSTERS.get(cluster);
  const nodes = known?.configurations.find((each) => each.name === configuration)?.nodes ?? config.nodes;
  const takes = (setting: string) => known?.settings.some((each) => each.name === setting) === true;
  const settings = Object.fromEntries(Object.entries(config.settings).filter(([setting]) => takes(setting)));
  const request: RunRequest = { ...config, cluster, configuration, world: 'sim', nodes, settings };
  try {
    resolveRun(request);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`--twin: ${twin}: ${error.message}`);
    throw error;
  }
  return request;
}

/** Simulates the twin into a directory below the run's. */
export async function makeTwin(request: RunRequest, run: string): Promise<void> {
  const directory = twinDirectory(run);
  await makeSimulated({ id: 'twin', request, directory, keeps: () => true });
}
