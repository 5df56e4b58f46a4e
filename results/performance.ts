import { INFO, OK, type Operations } from './operations.ts';

/** A stretch of the run, ns. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The run cut into bins of equal width. `ok`, `fail`, `info` count completions a second; `p50`, `p99`, `max` are ns
 * over ok operations that completed in the bin, null where there are none; `available` is the part of the operations
 * begun in the bin that ended ok, null where none began.
 */
export interface Bins {
  readonly width: number;
  /** Middles of the bins, ns. */
  readonly time: number[];
  readonly ok: number[];
  readonly fail: number[];
  readonly info: number[];
  readonly p50: (number | null)[];
  readonly p99: (number | null)[];
  readonly max: (number | null)[];
  readonly available: (number | null)[];
}

export function bins(ops: Operations, span: Span, count: number): Bins {
  const width = Math.max(1, (span.to - span.from) / count);
  const at = (time: number): number => {
    const b = Math.floor((time - span.from) / width);
    return b === count && time <= span.to ? count - 1 : b;
  };
  const ended = [0, 1, 2, 3].map(() => new Float64Array(count));
  const begun = new Float64Array(count);
  const begunOk = new Float64Array(count);
  const latencies: number[][] = Array.from({ length: count }, () => []);
  for (let o = 0; o < ops.count; o++) {
    const s = at(ops.start[o]);
    if (s >= 0 && s < count) {
      begun[s]++;
      if (ops.outcome[o] === OK) begunOk[s]++;
    }
    const e = at(ops.end[o]);
    if (ops.complete[o] < 0 || e < 0 || e >= count) continue;
    ended[ops.outcome[o]][e]++;
    if (ops.outcome[o] === OK) latencies[e].push(ops.end[o] - ops.start[o]);
  }
  const sorted = latencies.map((l) => Float64Array.from(l).sort());
  const perSecond = (counts: Float64Array): number[] => Array.from(counts, (c) => (c * 1e9) / width);
  return {
    width,
    time: Array.from({ length: count }, (_, b) => span.from + (b + 0.5) * width),
    ok: perSecond(ended[1]),
    fail: perSecond(ended[2]),
    info: perSecond(ended[3]),
    p50: sorted.map((l) => quantile(l, 0.5)),
    p99: sorted.map((l) => quantile(l, 0.99)),
    max: sorted.map((l) => quantile(l, 1)),
    available: Array.from(begun, (n, b) => (n === 0 ? null : begunOk[b] / n)),
  };
}

/** The smallest value that at least the part `q` of `sorted` does not exceed (nearest rank); null for none. */
export function quantile(sorted: Float64Array, q: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

/**
 * What clients got of the database in a stretch: counts by outcome of the operations begun in it, quantiles over the
 * ok ones (ns), and the longest time in it without any ok completion.
 */
export interface Service {
  readonly attempts: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly longestGap: number;
}

/** Service in one stretch, or in several that do not overlap and are in order. */
export function service(ops: Operations, spans: readonly Span[]): Service {
  const counts = [0, 0, 0, 0];
  const latencies: number[] = [];
  for (let o = 0; o < ops.count; o++) {
    if (!spans.some((s) => ops.start[o] >= s.from && ops.start[o] < s.to)) continue;
    counts[ops.outcome[o]]++;
    if (ops.outcome[o] === OK) latencies.push(ops.end[o] - ops.start[o]);
  }
  const sorted = Float64Array.from(latencies).sort();
  return {
    attempts: counts[1] + counts[2] + counts[INFO],
    ok: counts[1],
    fail: counts[2],
    info: counts[INFO],
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    longestGap: Math.max(0, ...longestGaps(okTimes(ops), spans)),
  };
}

/** Times of ok completions, ascending. */
function okTimes(ops: Operations): Float64Array {
  const times = new Float64Array(ops.count);
  let n = 0;
  for (let o = 0; o < ops.count; o++) if (ops.outcome[o] === OK) times[n++] = ops.end[o];
  return times.subarray(0, n).sort();
}

function longestGaps(times: Float64Array, spans: readonly Span[]): number[] {
  return spans.map(({ from, to }) => {
    let last = from;
    let longest = 0;
    for (let i = lowerBound(times, from); i < times.length && times[i] < to; i++) {
      longest = Math.max(longest, times[i] - last);
      last = times[i];
    }
    return Math.max(longest, to - last);
  });
}

/** From `time` to the end of the first ok operation that began after it, ns; null if none did. */
export function timeToFirstOk(ops: Operations, time: number): number | null {
  let first = Infinity;
  for (let o = 0; o < ops.count; o++)
    if (ops.outcome[o] === OK && ops.start[o] >= time && ops.end[o] < first) first = ops.end[o];
  return first === Infinity ? null : first - time;
}

/** The parts of `whole` that none of `spans` covers, in order. */
export function complement(whole: Span, spans: readonly Span[]): Span[] {
  const rest: Span[] = [];
  let from = whole.from;
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    if (span.from > from) rest.push({ from, to: Math.min(span.from, whole.to) });
    from = Math.max(from, span.to);
  }
  if (from < whole.to) rest.push({ from, to: whole.to });
  return rest;
}

/** The stretch in which operations ran: setting a cluster up may take longer than the run, and shows nothing. */
export function extent(ops: Operations): Span {
  if (ops.count === 0) return { from: 0, to: Math.max(1, ops.duration) };
  let to = 0;
  for (let o = 0; o < ops.count; o++) to = Math.max(to, ops.end[o]);
  const margin = (to - ops.start[0]) * 0.01;
  return { from: Math.max(0, ops.start[0] - margin), to: Math.max(ops.start[0] + 1, to + margin) };
}

/** The first position in ascending `sorted` whose value is at least `value`. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (sorted[mid] < value) low = mid + 1;
    else high = mid;
  }
  return low;
}
