// How figures of a comparison are written, in Markdown and on the page alike.
import type { Estimate } from '../statistics/quantiles.ts';
import type { Measures, StalenessMeasure } from './measures.ts';
import type { Scorecard } from './pacelc.ts';

export function msText(estimate: Estimate | null): string {
  if (estimate === null) return '–';
  const inSeconds = estimate.value >= 1000;
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((ms) =>
    digits(inSeconds ? ms / 1000 : ms),
  );
  return `${low === high ? value : `${value} (${low}–${high})`} ${inSeconds ? 's' : 'ms'}`;
}

export function shareText(estimate: Estimate | null): string {
  return estimate === null ? '–' : `${(estimate.value * 100).toFixed(1)} %`;
}

export function rateText({
  hits,
  runs,
  low,
  high,
}: {
  hits: number;
  runs: number;
  low: number;
  high: number;
}): string {
  return `${hits}/${runs} (${Math.round(low * 100)}–${Math.round(high * 100)} %)`;
}

/** `4.8 % of reads; age 0 ms · 20 ms · 20 ms` (p50, p99, p99.9), or that nothing was stale. */
export function stalenessText(staleness: StalenessMeasure | null): string {
  if (staleness === null) return '–';
  const { share, p50, p99, p999 } = staleness;
  if (share.value === 0 && p999.value === 0) return share.high === 0 ? 'no read' : 'no read in most runs';
  return `${shareText(share)} of reads; age ${msText(p50)} · ${msText(p99)} · ${msText(p999)}`;
}

/** `PA/EL`, with `?` where nothing was measured. */
export function lettersText({ p, e }: Scorecard): string {
  const partition = { A: 'PA', C: 'PC', both: 'P–', neither: 'P∅' } as const;
  return `${p.letter === null ? 'P?' : partition[p.letter]}/${e.letter === null ? 'E?' : `E${e.letter}`}`;
}

export function outcomesText({ outcomes }: Measures): string {
  return Object.entries(outcomes)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** What the letters that are none mean. */
export const LETTER_NOTES =
  'P– nobody lost service and no answer was wrong: the partition took nothing from anyone. ' +
  'P∅ a side stopped serving, and answers were wrong all the same: neither letter is earned. ' +
  '? not measured: no run with such a fault.';

export const THRESHOLDS =
  'P: A when the side that fares worse answers at least 0.9 of its healthy rate; otherwise C when no answer was stale or ' +
  'contradictory. E: C when the median latency of some operation grows by at least half a round trip while links are ' +
  'slowed down (fault delay), else L. From measurements only, never from claims.';
