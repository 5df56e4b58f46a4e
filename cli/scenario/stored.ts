import { existsSync } from 'node:fs';
import type { StoredRun } from '../../results/run-directory.ts';
import type { ResolvedRun } from '../run/config.ts';
import { resolvedFrom } from '../run/describe.ts';
import { readScenario, runOf } from './scenario.ts';

/** The run that a directory describes, to be made again: by its scenario, if it was made by one. */
export function storedRun({ meta, paths }: Pick<StoredRun, 'meta' | 'paths'>): ResolvedRun {
  return existsSync(paths.scenario) ? runOf(readScenario(paths.scenario)) : resolvedFrom(meta);
}
