import { createHash } from 'node:crypto';
import { ANOMALIES } from '../../checkers/registry.ts';
import { canonicalJson } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Claim } from '../../clusters/types.ts';
import type { Outcome } from '../../results/outcome.ts';
import { version } from '../version.ts';
import { applyOwnConfiguration } from '../run/alibi-yaml.ts';
import { parseSeeds } from '../run/options.ts';
import { resolveRun, type RunConfig, type RunRequest } from '../run/config.ts';
import { DoesNotFit, lookup, UsageError } from '../usage.ts';
import type { CampaignConfiguration, CampaignFile, CampaignOptions } from './schema.ts';

/** One configuration × workload × faults, over its seeds. */
export interface Cell {
  readonly configuration: string;
  readonly workload: string;
  readonly faults: string;
  readonly expect: { readonly outcome: Outcome; readonly anomalies: readonly string[] } | null;
  /** Why it cannot be run (no client for the workload, a fault that cannot reach): then it has no runs. */
  readonly notApplicable: string | null;
  readonly runs: readonly PlannedRun[];
}

export interface PlannedRun {
  /** A hash of everything that determines the run, and of Alibi's version: equal keys are the same run. */
  readonly key: string;
  readonly config: RunConfig;
  /** What the run is held to where that is the user's own, not the configuration's (alibi.yaml). */
  readonly claim?: Claim;
}

/** More runs than any machine makes in a night are a mistake in the file. */
const MOST_RUNS = 100_000;

/**
 * The cells of a campaign, in the order of the file, each with its runs. Every configuration gets the same seeds, and
 * so the same operations and fault schedules: differences between them are paired.
 * @throws UsageError for names that do not exist, rules that say nothing, an empty matrix, or one that is too large.
 */
export function planCampaign(file: CampaignFile): Cell[] {
  checkSize(file);
  const places = placesOf(file);
  checkRules('exclude', file.exclude, places.all);
  checkRules('expect', file.expect, places.kept);
  checkAnomalies(file);
  if (places.kept.length === 0)
    throw new UsageError('The campaign has no cells left: its exclusions cover the whole matrix');
  checkTwice(places.kept);
  const cells = places.kept.map((place) => cellOf(file, place));
  if (cells.every((cell) => cell.notApplicable !== null))
    throw new UsageError(`No cell of the campaign can be run: ${cells[0].notApplicable}`);
  checkRules(
    'expect',
    file.expect,
    cells.filter((cell) => cell.notApplicable === null),
    'can be run',
  );
  return cells;
}

/** Where a cell stands in the matrix, and what makes its runs. */
interface Planned extends Place {
  readonly from: CampaignConfiguration;
  readonly seeds: string | number;
  /** What an included cell says of itself; null in the matrix. */
  readonly own: CampaignOptions | null;
}

function placesOf({ matrix, include, exclude }: CampaignFile): { all: Planned[]; kept: Planned[] } {
  const all: Planned[] = [];
  if (matrix)
    for (const from of matrix.configurations)
      for (const workload of matrix.workloads)
        for (const faults of matrix.faults)
          all.push({ configuration: nameOf(from), from, workload, faults, seeds: matrix.seeds, own: null });
  const kept = all.filter((place) => !exclude.some((rule) => matches(rule, place)));
  for (const { configuration: from, workload, faults, seeds, ...own } of include)
    kept.push({ configuration: nameOf(from), from, workload, faults, seeds, own });
  return { all, kept };
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

/** A rule with a slip of the pen in it would silently expect, or leave out, nothing. */
function checkRules(kind: string, rules: readonly Rule[], places: readonly Place[], that = 'exists'): void {
  const idle = rules.findIndex((rule) => !places.some((place) => matches(rule, place)));
  if (idle < 0) return;
  const { configuration, workload, faults } = rules[idle];
  const text = JSON.stringify({ configuration, workload, faults });
  throw new UsageError(`Rule ${idle + 1} of ${kind} matches no cell that ${that}: ${text}`);
}

function checkAnomalies({ expect }: CampaignFile): void {
  for (const name of expect.flatMap((rule) => rule.anomalies)) lookup('anomaly', name, ANOMALIES);
}

function checkTwice(places: readonly Place[]): void {
  const seen = new Set<string>();
  for (const place of places) {
    const text = textOf(place);
    if (seen.has(text))
      throw new UsageError(`Cell ${text} is there twice: give one configuration a name of its own`);
    seen.add(text);
  }
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

function textOf({ configuration, workload, faults }: Place): string {
  return `${configuration} · ${workload} · ${faults}`;
}

function cellOf(file: CampaignFile, place: Planned): Cell {
  const { configuration, workload, faults, seeds, own } = place;
  const rule = file.expect.findLast((one) => matches(one, place));
  const expect = rule ? { outcome: rule.outcome, anomalies: rule.anomalies } : null;
  const cell = { configuration, workload, faults, expect };
  const list = typeof seeds === 'number' ? [String(seeds)] : parseSeeds(seeds);
  try {
    const request = applyOwnConfiguration(requestOf(file, place), process.cwd());
    const { config } = resolveRun({ ...request, seed: list[0] });
    const runs = list.map((seed) => plannedRun({ ...config, seed }, request.claim));
    return { ...cell, notApplicable: null, runs };
  } catch (error) {
    // What the matrix combines need not fit; what was asked for by name must.
    if (error instanceof DoesNotFit && own === null)
      return { ...cell, notApplicable: error.message, runs: [] };
    if (error instanceof UsageError) throw new UsageError(`${textOf(place)}: ${error.message}`);
    throw error;
  }
}

/** The file's options, overridden by the variant's, overridden by the included cell's; settings one by one. */
function requestOf(file: CampaignFile, place: Planned): RunRequest {
  const { from, workload, faults } = place;
  const base = typeof from === 'string' ? from : from.base;
  const [cluster, configuration, ...more] = base.split(':');
  if (more.length > 0) throw new UsageError(`"${base}": write cluster:configuration`);
  const own = place.own ?? {};
  const variant: CampaignOptions = typeof from === 'string' ? {} : from;
  return withoutUndefined({
    ...file.options,
    ...variant,
    ...own,
    name: undefined,
    base: undefined,
    cluster,
    configuration,
    workload,
    nemesis: faults === 'none' ? '' : faults,
    settings: { ...file.options.settings, ...variant.settings, ...own.settings },
  });
}

function plannedRun(config: RunConfig, claim: Claim | undefined): PlannedRun {
  const own = claim === undefined ? {} : { claim };
  const text = canonicalJson({ alibi: version(), config, ...own } as unknown as Json);
  return { key: createHash('sha256').update(text).digest('hex').slice(0, 20), config, ...own };
}

function withoutUndefined(request: object): RunRequest {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as RunRequest;
}
