import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CLUSTERS } from '../../clusters/registry.ts';
import type { Claim, Setting } from '../../clusters/types.ts';
import { lookup, suggestion, UsageError } from '../usage.ts';
import { parseYaml } from '../yaml.ts';
import type { RunRequest } from './config.ts';

/** The file of a user's own configurations, in the working directory. */
export const CONFIGURATION_FILE = 'alibi.yaml';

const setting = z.union([z.string(), z.number(), z.boolean()]);

const claimSchema = z.strictObject({
  guarantee: z.array(z.string()),
  operations: z.string().default('all'),
  reads: z.string().default('as configured'),
  tolerates: z.strictObject({ faults: z.array(z.string()), howMany: z.int().nonnegative() }),
  source: z.string(),
});

const schema = z.strictObject({
  configurations: z.record(
    z.string().regex(/^[\w-]+$/, 'letters, digits, - and _ only'),
    z.strictObject({
      /** `cluster:configuration` to start from. */
      base: z.string(),
      settings: z.record(z.string(), setting).default({}),
      /** Files of the user's own that the database includes, by the cluster's name for them (`postgresql.conf`). */
      files: z.record(z.string(), z.string()).default({}),
      claim: claimSchema.optional(),
    }),
  ),
});

export type OwnConfiguration = z.infer<typeof schema>['configurations'][string];

/**
 * The configurations of `alibi.yaml` in `directory`, none if there is no such file.
 * @throws UsageError with file, line and column.
 */
export function ownConfigurations(directory: string): ReadonlyMap<string, OwnConfiguration> {
  const path = join(directory, CONFIGURATION_FILE);
  if (!existsSync(path)) return new Map();
  const { configurations } = parseYaml(CONFIGURATION_FILE, readFileSync(path, 'utf8'), schema);
  return new Map(Object.entries(configurations));
}

/** A request for a configuration of the user's own, turned into one for its base; others go through untouched. */
export function applyOwnConfiguration(
  request: RunRequest,
  directory: string,
): RunRequest & { readonly claim?: Claim } {
  if (request.configuration !== undefined || CLUSTERS.has(request.cluster)) return request;
  const own = ownConfigurations(directory);
  const found = own.get(request.cluster);
  if (!found)
    throw new UsageError(
      `Unknown cluster "${request.cluster}"; ${suggestion(request.cluster, [...CLUSTERS.keys(), ...own.keys()])}`,
    );
  const [cluster, configuration] = found.base.split(':');
  const files = settingsOfFiles(cluster, found.files, directory);
  return {
    ...request,
    cluster,
    ...(configuration === undefined ? {} : { configuration }),
    settings: { ...files, ...found.settings, ...request.settings },
    ...(found.claim === undefined ? {} : { claim: found.claim }),
  };
}

/** What the user's own configuration files set. @throws UsageError naming the file, and the line in it. */
function settingsOfFiles(
  name: string,
  files: Readonly<Record<string, string>>,
  directory: string,
): Record<string, Setting> {
  const cluster = lookup('cluster', name, CLUSTERS);
  const readers = new Map(Object.entries(cluster.files ?? {}));
  return Object.entries(files).reduce((settings, [kind, file]) => {
    const read = lookup(`configuration file of ${name}`, kind, readers);
    try {
      return { ...settings, ...read(readFileSync(join(directory, file), 'utf8')) };
    } catch (error) {
      throw new UsageError(`${CONFIGURATION_FILE}: ${kind} (${file}): ${(error as Error).message}`);
    }
  }, {});
}
