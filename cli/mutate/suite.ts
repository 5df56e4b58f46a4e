import { BUGS } from '../../clusters/reference/bugs.ts';
import { reference } from '../../clusters/reference/definition.ts';
import { storeSettings } from '../../clusters/reference/settings.ts';
import type { RunConfig } from '../run/config.ts';
import { drawRun } from '../swarm/draw.ts';
import { pairOf } from '../zoo/specimen.ts';
import { CHECKS, type Check } from './checks.ts';

/** A run that mutants are held to: the sound sources pass it. */
export interface SuiteRun {
  /** `raft 3`: the third seed of that configuration's swarm; `vote-for-stale-log 1`: of that bug's profile. */
  readonly name: string;
  /** The bug whose profile it is. */
  readonly bug: string | null;
  readonly config: RunConfig;
}

/** A profile takes as long as several runs of a swarm. */
const SEEDS_A_PROFILE = 2;

/**
 * What costs next to nothing: costs, promptness, walks. Then the swarms of every configuration that is not partitioned,
 * and the profiles of the bugs; first seeds first.
 */
export function suiteOf(seeds: number): (Check | SuiteRun)[] {
  const configurations = reference.configurations.filter(
    ({ settings }) => storeSettings(settings).partitioning === 'none',
  );
  const bugs = [...BUGS.values()].filter(({ strategy }) => strategy !== 'partitioned');
  const runs = Array.from({ length: seeds }, (_, i) => String(i + 1)).flatMap((seed) => [
    ...configurations.map(({ name }) => ({
      name: `${name} ${seed}`,
      bug: null,
      config: drawRun({ cluster: 'reference', configuration: name }, seed).config,
    })),
    ...(Number(seed) > SEEDS_A_PROFILE
      ? []
      : bugs.map((bug) => ({
          name: `${bug.name} ${seed}`,
          bug: bug.name,
          config: pairOf(bug, seed).sound,
        }))),
  ]);
  return [...CHECKS, ...runs];
}
