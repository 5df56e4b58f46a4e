import type { Bug } from '../../clusters/reference/bugs/types.ts';
import type { Lab } from '../lab/pool.ts';
import type { TrialResult } from '../lab/trial.ts';
import { quantile } from '../../results/statistics/quantiles.ts';
import type { Outcome } from '../../results/outcome.ts';
import { pairOf } from './specimen.ts';

/** What became of one bug over its seeds. */
export interface Examined {
  readonly name: string;
  readonly strategy: string;
  /** The anomaly under which it must be found. */
  readonly expected: string;
  /** Found so at least once, its witness validated, while no seed was violated without the bug. */
  readonly caught: boolean;
  /** Anomalies that broke the claim, by name, and in how many runs. */
  readonly found: Readonly<Record<string, number>>;
  readonly seeds: number;
  /** Share of the seeds that caught it, in [0, 1]. */
  readonly catchRate: number;
  readonly firstSeed: string | null;
  /** Seeds until it is caught, begun at each seed in turn (the last is followed by the first); null if it never is. */
  readonly seedsToCatch: { readonly p50: number; readonly p95: number } | null;
  /** Outcomes of the same seeds without the bug. */
  readonly without: Partial<Readonly<Record<Outcome, number>>>;
  /** The command that shows it. */
  readonly replay: string;
  readonly explanation: string | null;
  /** A run and its judgement, with the bug: median, ms of CPU. */
  readonly cpuMs: number;
}

/** Runs every bug with the seeds, with it and without. Resolves in the order of `bugs`. */
export function examine(
  bugs: readonly Bug[],
  seeds: readonly string[],
  lab: Lab,
  progress: (examined: Examined) => void,
): Promise<Examined[]> {
  return Promise.all(
    bugs.map(async (bug) => {
      const pairs = seeds.map((seed) => pairOf(bug, seed));
      const [ill, sound] = await Promise.all([
        lab.all(pairs.map((pair) => ({ config: pair.ill, validate: bug.expected }))),
        lab.all(pairs.map((pair) => ({ config: pair.sound }))),
      ]);
      const examined = summed(bug, seeds, ill, sound);
      progress(examined);
      return examined;
    }),
  );
}

function summed(
  bug: Bug,
  seeds: readonly string[],
  ill: readonly TrialResult[],
  sound: readonly TrialResult[],
): Examined {
  const isCaught = ill.map(({ anomalies }) =>
    anomalies.some((a) => a.name === bug.expected && a.witnessed === true),
  );
  const without: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of sound) without[outcome] = (without[outcome] ?? 0) + 1;
  const found: Record<string, number> = {};
  for (const { anomalies } of ill)
    for (const { name, status } of anomalies)
      if (status === 'violation') found[name] = (found[name] ?? 0) + 1;
  const first = isCaught.indexOf(true);
  const hits = isCaught.filter(Boolean).length;
  const waits = seedsUntil(isCaught).sort((a, b) => a - b);
  const { name, strategy, expected } = bug;
  return {
    name,
    strategy,
    expected,
    caught: hits > 0 && (without.violation ?? 0) === 0 && (without.valid ?? 0) > 0,
    found,
    seeds: seeds.length,
    catchRate: hits / seeds.length,
    firstSeed: first < 0 ? null : seeds[first],
    seedsToCatch: first < 0 ? null : { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95) },
    without,
    replay: `alibi run reference --bug ${name} --seed ${first < 0 ? seeds[0] : seeds[first]}`,
    explanation: ill[first]?.anomalies.find((a) => a.name === expected)?.explanation ?? null,
    cpuMs: quantile(
      ill.map((one) => one.cpuMs).sort((a, b) => a - b),
      0.5,
    ),
  };
}

/** From each place on, how many places until the next catch, that one included; the end is joined to the start. */
export function seedsUntil(isCaught: readonly boolean[]): number[] {
  if (!isCaught.includes(true)) return [];
  const count = isCaught.length;
  return isCaught.map((_, from) => {
    let steps = 1;
    while (!isCaught[(from + steps - 1) % count]) steps++;
    return steps;
  });
}
