import { createHash } from 'node:crypto';
import { canonicalJson } from '../../harness/history/dictionary.ts';
import { version } from '../version.ts';
import { parseSeeds } from '../run/options.ts';
import { resolveRun, type RunConfig, type RunRequest } from '../run/config.ts';
import { UsageError } from '../usage.ts';
import type { CampaignConfiguration, CampaignFile, CampaignOptions } from './schema.ts';

/** One configuration × workload × faults, over its seeds. */
export interface Cell {
  readonly configuration: string;
  readonly workload: string;
  readonly faults: string;
  readonly expect: { readonly outcome: string; readonly anomalies: readonly string[] } | null;
  /** Why it cannot be run (no client for the workload, a fault that cannot reach): then it has no runs. */
  readonly notApplicable: string | null;
  readonly runs: readonly PlannedRun[];
}

export interface PlannedRun {
  /** A hash of everything that determines the run, and of Alibi's version: equal keys are the same run. */
  readonly key: string;
  readonly config: RunConfig;
}

/** More runs than any machine makes in a night are a mistake in the file. */
const MOST_RUNS = 100_000;

/**
 * The cells of a campaign, in the order of the file, each with its runs. Every configuration gets the same seeds, and
 * so the same operations and fault schedules: differences between them are paired.
 * @throws UsageError for names that do not exist, an empty matrix, or one that is too large.
 */
export function planCampaign(file: CampaignFile): Cell[] {
  checkSize(file);
  const cells: Cell[] = [];
  const { matrix } = file;
  if (matrix)
    for (const configuration of matrix.configurations)
      for (const workload of matrix.workloads)
        for (const faults of matrix.faults) {
          const at = { configuration: nameOf(configuration), workload, faults };
          if (!file.exclude.some((rule) => matches(rule, at)))
            cells.push(cellOf(file, configuration, at, matrix.seeds, {}));
        }
  for (const { configuration, workload, faults, seeds, ...own } of file.include)
    cells.push(
      cellOf(file, configuration, { configuration: nameOf(configuration), workload, faults }, seeds, own),
    );
  if (cells.length === 0)
    throw new UsageError('The campaign has no cells left: its exclusions cover the whole matrix');
  return cells;
}

function checkSize({ matrix, include }: CampaignFile): void {
  const inMatrix = matrix
    ? matrix.configurations.length * matrix.workloads.length * matrix.faults.length * seedCount(matrix.seeds)
    : 0;
  const runs = include.reduce((sum, cell) => sum + seedCount(cell.seeds), inMatrix);
  if (runs > MOST_RUNS)
    throw new UsageError(
      `The campaign has ${runs} runs, more than ${MOST_RUNS}: take fewer seeds or split it`,
    );
}

function seedCount(seeds: string | number): number {
  if (typeof seeds === 'number') return 1;
  const [first, last] = seeds.split('..').map(Number);
  return Math.max(0, last - first + 1);
}

interface Place {
  readonly configuration: string;
  readonly workload: string;
  readonly faults: string;
}

type Rule = { readonly [P in keyof Place]?: string | undefined };

function matches(rule: Rule, at: Place): boolean {
  return (
    (rule.configuration ?? at.configuration) === at.configuration &&
    (rule.workload ?? at.workload) === at.workload &&
    (rule.faults ?? at.faults) === at.faults
  );
}

function nameOf(configuration: CampaignConfiguration): string {
  return typeof configuration === 'string' ? configuration : configuration.name;
}

function cellOf(
  file: CampaignFile,
  configuration: CampaignConfiguration,
  at: Place,
  seeds: string | number,
  own: CampaignOptions,
): Cell {
  const whole = typeof configuration === 'string' ? { base: configuration, settings: {} } : configuration;
  const { base, ...variant } = whole;
  const [cluster, configured] = base.split(':');
  const merged = { ...file.options, ...variant, ...own, name: undefined };
  const request = withoutUndefined({
    ...merged,
    cluster,
    configuration: configured,
    workload: at.workload,
    nemesis: at.faults === 'none' ? '' : at.faults,
    settings: { ...file.options.settings, ...variant.settings, ...own.settings },
  });
  const expect = file.expect.findLast((rule) => matches(rule, at)) ?? null;
  const cell = { ...at, expect: expect && { outcome: expect.outcome, anomalies: expect.anomalies } };
  const list = typeof seeds === 'number' ? [String(seeds)] : parseSeeds(seeds);
  const first = applicable({ ...request, seed: list[0] });
  if (typeof first === 'string') return { ...cell, notApplicable: first, runs: [] };
  return { ...cell, notApplicable: null, runs: list.map((seed) => plannedRun({ ...first, seed })) };
}

/** The configuration resolved, or why this combination does not exist. Names that nobody has stay usage errors. */
function applicable(request: RunRequest): RunConfig | string {
  try {
    return resolveRun(request).config;
  } catch (error) {
    if (error instanceof UsageError && /^(Workload|Fault \S+ cannot reach)/.test(error.message))
      return error.message;
    throw error;
  }
}

function plannedRun(config: RunConfig): PlannedRun {
  const text = canonicalJson({ alibi: version(), config });
  return { key: createHash('sha256').update(text).digest('hex').slice(0, 20), config };
}

function withoutUndefined(request: object): RunRequest {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as RunRequest;
}
