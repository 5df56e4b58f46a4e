import { NEMESIS } from '../../harness/history/event.ts';
import { FAIL, INFO, INVOKE, OK, type History } from '../../harness/history/history.ts';

/** Operations of one kind, for percentiles. */
export interface LatencyFigures {
  readonly f: string;
  /** How they completed; an operation that never did counts nowhere. */
  readonly type: 'ok' | 'fail' | 'info';
  readonly count: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** The latencies (ms) at {@link CURVE}: the whole distribution, for charts. */
  readonly curve: readonly number[];
}

/** Percentiles that draw a distribution down to its tail. */
export const CURVE: readonly number[] = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999];

/** One second of the run, for charts: completions by outcome, and latencies of the `ok` ones in ms (null: none). */
export interface Second {
  readonly second: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

const NAMES = ['invoke', 'ok', 'fail', 'info'] as const;

/** Calls `visit(invocation, completion, latency in ns)` for every completed operation, by completion. */
export function eachCompleted(
  history: History,
  visit: (invoked: number, completed: number, latency: number) => void,
): void {
  const { process, type, pair, time } = history;
  for (let i = 0; i < history.length; i++)
    if (process[i] !== NEMESIS && type[i] !== INVOKE && pair[i] >= 0)
      visit(pair[i], i, time[i] - time[pair[i]]);
}

export function latencies(history: History): LatencyFigures[] {
  const groups = new Map<number, number[]>();
  eachCompleted(history, (_, i, latency) => {
    const group = history.f[i] * 4 + history.type[i];
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [latency]);
    else known.push(latency);
  });
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([group, values]) => {
      const sorted = Float64Array.from(values).sort();
      const at = (q: number): number => percentile(sorted, q) / 1e6;
      return {
        f: history.functions.valueOf(Math.floor(group / 4)),
        type: NAMES[group % 4] as LatencyFigures['type'],
        count: sorted.length,
        ...{ p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) },
        curve: CURVE.map(at),
      };
    });
}

/** Nearest-rank percentile of ascending values; NaN of none. */
export function percentile(sorted: Float64Array, q: number): number {
  return sorted.length === 0 ? NaN : sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

/** Every second from the first event to the last one, also those in which nothing completed. */
export function perSecond(history: History): Second[] {
  if (history.length === 0) return [];
  const seconds = Math.floor(history.time[history.length - 1] / 1e9) + 1;
  const counts = [OK, FAIL, INFO].map(() => new Int32Array(seconds));
  const ok: number[][] = Array.from({ length: seconds }, () => []);
  eachCompleted(history, (_, i, latency) => {
    const second = Math.floor(history.time[i] / 1e9);
    counts[history.type[i] - 1][second]++;
    if (history.type[i] === OK) ok[second].push(latency);
  });
  return ok.map((values, second) => {
    const sorted = Float64Array.from(values).sort();
    const at = (q: number): number | null => (sorted.length === 0 ? null : percentile(sorted, q) / 1e6);
    const [oks, fails, infos] = counts;
    return {
      second,
      ...{ ok: oks[second], fail: fails[second], info: infos[second] },
      ...{ p50: at(0.5), p99: at(0.99), max: at(1) },
    };
  });
}
