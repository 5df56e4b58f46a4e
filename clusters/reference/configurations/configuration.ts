import type { Configuration, Setting } from '../../types.ts';
import { claimOf } from '../claims.ts';
import { storeSettings } from '../settings.ts';

/** A named configuration; its claim follows from its final settings. */
export function configuration(
  name: string,
  title: string,
  settings: Readonly<Record<string, Setting>>,
  nodes = 3,
): Configuration {
  return { name, title, settings, nodes, claim: (final, port) => claimOf(storeSettings(final), port) };
}
