import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { z } from 'zod';

/** The version of `run.json` that this release writes. It reads this one and every older one. */
export const RUN_VERSION = 1;

const claim = z.object({
  guarantee: z.array(z.string()),
  operations: z.string(),
  reads: z.string(),
  tolerates: z.object({ faults: z.array(z.string()), howMany: z.number() }),
  source: z.string(),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const metaV1 = z.object({
  version: z.literal(RUN_VERSION),
  /** The run's name: its directory's, unless the user chose another. */
  id: z.string(),
  /** Version of Alibi that made the run. */
  alibi: z.string(),
  /** Wall clock at the run's start, ISO 8601, UTC. */
  startedAt: z.string(),
  /** Wall clock at its end; absent while it runs and after a crash of the harness. */
  endedAt: z.string().optional(),
  cluster: z.string(),
  configuration: z.string(),
  world: z.string(),
  workload: z.string(),
  /** Faults as the user wrote them. */
  nemesis: z.array(z.string()),
  /** A string, since seeds may exceed what a number holds. */
  seed: z.string(),
  nodes: z.array(z.string()),
  /** The cluster's settings, after `--set`. */
  settings: z.record(z.string(), scalar),
  /** Everything else that decides the run: time, rate, concurrency, keys, time-outs … */
  options: z.record(z.string(), z.union([scalar, z.null()])),
  claims: z.array(claim),
  /** Versions of packages, images and servers by name. */
  versions: z.record(z.string(), z.string()),
  /** Each node's clock minus the harness', ms, measured at the start. */
  clockOffsetsMs: z.record(z.string(), z.number()),
  environment: z.object({
    node: z.string(),
    platform: z.string(),
    cpu: z.string(),
    cpus: z.number(),
    memoryBytes: z.number(),
  }),
  /** The command that makes this run again. */
  command: z.string(),
  /** SHA-256 of the history's text when the run ended: another history under the same name is told from it. */
  historySha256: z.string().optional(),
  /** Why the run ended before its time: infrastructure, or Ctrl-C. */
  error: z.string().optional(),
});

/** What `run.json` holds. */
export type RunMeta = z.infer<typeof metaV1>;
/** A promise of the configuration that ran, as kept with the run. */
export type RunClaim = z.infer<typeof claim>;

let machine: RunMeta['environment'] | undefined;

/** The machine the harness runs on. Asked once: listing its processors takes longer than a small simulated run. */
export function environment(): RunMeta['environment'] {
  machine ??= {
    node: process.version,
    platform: `${process.platform} ${process.arch} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
  };
  return machine;
}

/**
 * Reads the content of a `run.json` of any version up to this release's.
 * @throws Error one sentence saying what is wrong with it.
 */
export function parseRunMeta(content: unknown): RunMeta {
  const version = versionOf(content);
  if (version === undefined) throw new Error('it has no format version');
  if (version > RUN_VERSION)
    throw new Error(
      `it has format version ${version}, and this release reads versions up to ${RUN_VERSION}: update alibi`,
    );
  const parsed = metaV1.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`its field ${issue.path.join('.') || '(whole)'} is wrong: ${issue.message}`);
}

function versionOf(content: unknown): number | undefined {
  if (typeof content !== 'object' || content === null || !('version' in content)) return undefined;
  return typeof content.version === 'number' ? content.version : undefined;
}
