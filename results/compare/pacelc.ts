import { ANOMALIES } from '../../checkers/registry.ts';
import { quantile } from '../statistics/quantiles.ts';
import { feltFaults, performanceIn, type ComparedRun } from './run.ts';

/** A side that answers this share of its healthy rate stays available. */
export const AVAILABLE = 0.9;

/**
 * A letter of PACELC (Abadi, IEEE Computer 2012) as measured, or why there is none.
 * - P `A`: every side that serves when healthy went on serving · `C`: some side did not, and nothing stale or
 *   contradictory was answered · `neither`: some side did not, and answers were wrong all the same · `both`: nobody
 *   lost service and no answer was wrong: the partition took nothing from anyone
 * - E `C`: an operation waits for at least half a round trip between nodes · `L`: it does not
 */
export interface Letter<L extends string> {
  readonly letter: L | null;
  readonly evidence: string;
}

export interface Scorecard {
  readonly p: Letter<'A' | 'C' | 'both' | 'neither'>;
  readonly e: Letter<'L' | 'C'>;
}

/** PACELC asks of replicas. */
const ALONE: Scorecard = {
  p: { letter: null, evidence: 'one node: there is no link to cut' },
  e: { letter: null, evidence: 'one node: there is no link to slow down' },
};

/** The letters of a configuration, from measurements only. */
export function scorecardOf(runs: readonly ComparedRun[]): Scorecard {
  if (runs.length > 0 && runs.every(({ meta }) => meta.nodes.length === 1)) return ALONE;
  return { p: partitionLetter(runs), e: latencyLetter(runs) };
}

function partitionLetter(runs: readonly ComparedRun[]): Scorecard['p'] {
  const parted = runs.filter((run) => feltFaults(run, 'partition').length > 0);
  if (parted.length === 0) return { letter: null, evidence: 'no run was partitioned' };
  const shares = worstShares(parted);
  if (shares.length === 0) return { letter: null, evidence: 'no side served anybody without the partition' };
  const wrong = parted.filter(answeredWrongly);
  const worst = quantile(shares, 0.5);
  const available = worst >= AVAILABLE;
  const evidence =
    `in ${parted.length} partitioned runs the side that fared worse answered ${percent(worst)} of its healthy rate; ` +
    (wrong.length === 0
      ? 'no answer was stale or contradictory'
      : `answers were stale or contradictory in ${wrong.length} (${namesOf(wrong)})`);
  if (available) return { letter: wrong.length > 0 ? 'A' : 'both', evidence };
  return { letter: wrong.length > 0 ? 'neither' : 'C', evidence };
}

/** Of each partition, the share of the side that fared worse; ascending. */
function worstShares(runs: readonly ComparedRun[]): number[] {
  return runs
    .flatMap((run) => feltFaults(run, 'partition'))
    .map(({ sides }) => Math.min(...sides.map(({ share }) => share ?? Infinity)))
    .filter((share) => share !== Infinity)
    .sort((a, b) => a - b);
}

/** Did it contradict what one copy of the data would have answered, or lose what it had acknowledged? */
function answeredWrongly({ document }: ComparedRun): boolean {
  return document.anomalies.some(({ name, certain }) => certain && isWrong(name));
}

function isWrong(name: string): boolean {
  const violates = ANOMALIES.get(name)?.violates ?? [];
  return violates.some((guarantee) => guarantee !== 'recovers' && guarantee !== 'single-primary');
}

function namesOf(runs: readonly ComparedRun[]): string {
  const names = runs.flatMap(({ document }) =>
    document.anomalies.filter(({ name, certain }) => certain && isWrong(name)).map(({ name }) => name),
  );
  return [...new Set(names)].sort().join(', ');
}

function latencyLetter(runs: readonly ComparedRun[]): Scorecard['e'] {
  const slopes = runs.flatMap(slopesOf);
  if (slopes.length === 0)
    return { letter: null, evidence: 'no run had its links slowed down (fault delay)' };
  const functions = [...new Set(slopes.map(({ f }) => f))].sort().map((f) => {
    const of = slopes.filter((one) => one.f === f).map(({ roundTrips }) => roundTrips);
    return {
      f,
      roundTrips: quantile(
        of.sort((a, b) => a - b),
        0.5,
      ),
      count: of.length,
    };
  });
  const waits = functions.some(({ roundTrips }) => roundTrips >= 0.5);
  const told = functions.map(({ f, roundTrips }) => `${f} ${Math.max(0, roundTrips).toFixed(2)}`).join(', ');
  return {
    letter: waits ? 'C' : 'L',
    evidence: `median latency grows by ${told} round trips between nodes (${functions[0].count} windows of slow links)`,
  };
}

/** How much longer each kind of operation took while links were slow, in round trips between nodes. */
function slopesOf(run: ComparedRun): { readonly f: string; readonly roundTrips: number }[] {
  const calm = performanceIn(run)?.calmMedians ?? {};
  return feltFaults(run, 'delay').flatMap(({ fault, medians }) => {
    const roundTripMs = 2 * delayMs(fault);
    return Object.entries(medians).flatMap(([f, ms]) =>
      calm[f] === undefined || roundTripMs === 0 ? [] : [{ f, roundTrips: (ms - calm[f]) / roundTripMs }],
    );
  });
}

/** Of `delay:all:50ms`. */
function delayMs(fault: string): number {
  const match = /:(\d+)(ms|s)$/.exec(fault);
  return match ? Number(match[1]) * (match[2] === 's' ? 1000 : 1) : 0;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
