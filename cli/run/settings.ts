import type { ClusterDefinition, Configuration, Setting, SettingDefinition } from '../../clusters/types.ts';
import { suggestion, UsageError } from '../usage.ts';

/** `k=v` from the command line; numbers and booleans become what they are. */
export function parseSetting(text: string): [string, Setting] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`--set ${text}: write it as name=value`);
  const raw = text.slice(at + 1);
  const value =
    raw === 'true'
      ? true
      : raw === 'false'
        ? false
        : raw !== '' && !Number.isNaN(Number(raw))
          ? Number(raw)
          : raw;
  return [text.slice(0, at), value];
}

/**
 * Defaults, then the configuration's, then the user's.
 * @throws UsageError for a setting that does not exist or a value it does not take.
 */
export function resolveSettings(
  cluster: ClusterDefinition,
  configuration: Configuration,
  asked: Readonly<Record<string, Setting>>,
): Record<string, Setting> {
  const definitions = new Map(cluster.settings.map((d) => [d.name, d]));
  for (const [name, value] of Object.entries(asked)) {
    const definition = definitions.get(name);
    if (definition) checkValue(cluster, definition, value);
    else if (!cluster.refusesSetting)
      throw new UsageError(
        `Unknown setting "${name}" of ${cluster.name}; ${suggestion(name, definitions.keys())}`,
      );
    else {
      const refused = cluster.refusesSetting(name);
      if (refused !== null) throw new UsageError(`--set ${name} of ${cluster.name}: ${refused}`);
    }
  }
  const defaults = Object.fromEntries(cluster.settings.map((d) => [d.name, d.default]));
  return { ...defaults, ...configuration.settings, ...asked };
}

function checkValue(cluster: ClusterDefinition, definition: SettingDefinition, value: Setting): void {
  const where = `--set ${definition.name}=${value} of ${cluster.name}`;
  if (definition.values && !definition.values.includes(value))
    throw new UsageError(`${where}: it takes ${definition.values.join(', ')}`);
  if (definition.type === 'string' ? typeof value === 'object' : typeof value !== definition.type)
    throw new UsageError(`${where}: it takes a ${definition.type}`);
}
