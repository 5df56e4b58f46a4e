import { MARKS } from '../../clusters/reference/marks.ts';
import { storeSettings } from '../../clusters/reference/settings.ts';
import type { Outcome } from '../../results/outcome.ts';
import { commandOf } from '../run/describe.ts';
import type { RunRequest } from '../run/config.ts';
import type { Lab } from '../lab/pool.ts';
import type { TrialResult } from '../lab/trial.ts';
import { drawRun } from './draw.ts';

/** What a swarm of one configuration came to. */
export interface Swarmed {
  readonly configuration: string;
  readonly runs: number;
  readonly outcomes: Partial<Readonly<Record<Outcome, number>>>;
  /** Share of runs that prove nothing: counted, never passed. */
  readonly vacuous: number;
  /** Runs that broke the claim, were undecided or broke in themselves, with the command that makes each again. */
  readonly notable: readonly {
    readonly seed: string;
    readonly outcome: Outcome;
    readonly reason: string | null;
    readonly command: string;
  }[];
  /** In how many runs each rare state was reached, of those that this configuration can be in. */
  readonly marks: Readonly<Record<string, number>>;
  readonly operations: number;
  readonly cpuMs: number;
}

/** A run a seed, each with faults and options of its own draw. @throws UsageError for what cannot be run. */
export async function swarm(
  asked: RunRequest,
  seeds: readonly string[],
  lab: Lab,
  progress: (done: number) => void = () => undefined,
): Promise<Swarmed> {
  const runs = seeds.map((seed) => drawRun(asked, seed));
  let done = 0;
  const results = await Promise.all(
    runs.map(async ({ config }) => {
      const result = await lab.make({ config });
      progress(++done);
      return result;
    }),
  );
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of results) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const settings = storeSettings(runs[0].settings);
  const expected = [...MARKS.values()].filter((mark) => mark.applies(settings)).map(({ name }) => name);
  return {
    configuration: `${asked.cluster}:${runs[0].config.configuration}`,
    runs: results.length,
    outcomes,
    vacuous: (outcomes.inconclusive ?? 0) / results.length,
    notable: results.flatMap(({ outcome, reason }, i) =>
      outcome === 'valid' || outcome === 'inconclusive'
        ? []
        : [{ seed: seeds[i], outcome, reason, command: commandOf(runs[i].config) }],
    ),
    marks: Object.fromEntries(
      expected.map((mark) => [mark, results.filter(({ marks }) => (marks[mark] ?? 0) > 0).length]),
    ),
    operations: total(results, (one) => one.operations),
    cpuMs: total(results, (one) => one.cpuMs),
  };
}

function total(results: readonly TrialResult[], of: (result: TrialResult) => number): number {
  return results.reduce((sum, result) => sum + of(result), 0);
}

/** No violation, nothing undecided, and few enough runs that prove nothing. */
export function passes({ notable, vacuous }: Swarmed, mostVacuous = 0.05): boolean {
  return notable.length === 0 && vacuous <= mostVacuous;
}

export function missed({ marks }: Swarmed): string[] {
  return Object.entries(marks)
    .filter(([, runs]) => runs === 0)
    .map(([name]) => name);
}

/** The summary of one swarm in lines. */
export function swarmText(swarmed: Swarmed): string[] {
  const { configuration, runs, outcomes, vacuous, notable, marks } = swarmed;
  const never = missed(swarmed);
  return [
    `${configuration}: ${runs} runs: ${Object.entries(outcomes)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(', ')} (${(vacuous * 100).toFixed(1)} % prove nothing)`,
    ...Object.entries(marks).map(([name, count]) => `  sometimes ${name}: in ${count} runs`),
    ...(never.length > 0 ? [`  never reached: ${never.join(', ')}`] : []),
    ...notable.flatMap(({ outcome, reason, command }) => [`  ${outcome}: ${reason ?? ''}`, `    ${command}`]),
  ];
}
