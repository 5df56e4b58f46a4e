import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { CLUSTERS } from '../../clusters/registry.ts';
import type { Claim } from '../../clusters/types.ts';
import { suggestion, UsageError } from '../usage.ts';
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
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) {
    const at = lines.linePos(broken.pos[0]);
    throw new UsageError(`${CONFIGURATION_FILE}:${at.line}:${at.col}: ${broken.message.split('\n')[0]}`);
  }
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return new Map(Object.entries(parsed.data.configurations));
  const [issue] = parsed.error.issues;
  const node = document.getIn(issue.path, true) as { range?: [number, number, number] } | undefined;
  const at = lines.linePos(node?.range?.[0] ?? 0);
  throw new UsageError(
    `${CONFIGURATION_FILE}:${at.line}:${at.col}: ${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
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
  const files = Object.entries(found.files).map(
    ([name, file]) => [`file:${name}`, join(directory, file)] as const,
  );
  return {
    ...request,
    cluster,
    ...(configuration === undefined ? {} : { configuration }),
    settings: { ...found.settings, ...Object.fromEntries(files), ...request.settings },
    ...(found.claim === undefined ? {} : { claim: found.claim }),
  };
}
