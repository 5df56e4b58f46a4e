import { faultWindows, phases, type FaultWindow } from '../../harness/history/fault.ts';
import { FAIL, INFO, OK, type History } from '../../harness/history/history.ts';
import { Operations, type Interval } from './operations.ts';
import { askedUntil, longestOutage, type Longest } from './outage.ts';
import {
  answeringNodes,
  answersIn,
  mediansOf,
  secondsOf,
  sidesOf,
  type Answers,
  type Side,
} from './sides.ts';
import { latencies, perSecond, type LatencyFigures, type Second } from './series.ts';

/** Operations that were invoked in some stretch of time, by how they ended; rates a second of that time. */
export interface Availability {
  readonly seconds: number;
  readonly attempts: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** ok / attempts, null without attempts. */
  readonly availability: number | null;
  readonly okPerSecond: number | null;
}

/** How one fault showed in the clients' view. */
export interface FaultImpact extends Availability {
  readonly id: number;
  readonly fault: string;
  readonly family: string;
  /** Times in ms since the run began; `end` null when it was never healed. */
  readonly start: number;
  readonly end: number | null;
  readonly reached: boolean;
  readonly bit: boolean;
  readonly inFlight: number;
  /** From injection, and from heal, to the completion of the first `ok` operation invoked after it, ms; null: none. */
  readonly msToFirstOk: number | null;
  readonly msToFirstOkAfterHeal: number | null;
  /**
   * The longest that somebody asked and nobody was answered, from the injection to the next one or the end of what is
   * measured, of the kind of operation that was out for longest; null: nothing was ever answered, or nobody asked.
   */
  readonly outage: Longest | null;
  /** The targets, and the nodes on the other side of them. */
  readonly sides: readonly Side[];
  /** Median latency of `ok` operations invoked during the fault, by function, ms. */
  readonly medians: { readonly [f: string]: number };
}

export interface Performance {
  readonly total: Availability;
  /** Of the phases warm-up and main, in and out of fault windows; of everything in a bare file. */
  readonly duringFaults: Availability;
  readonly withoutFaults: Availability;
  /** Median latency of `ok` operations invoked while no fault lay, by function, ms. */
  readonly calmMedians: { readonly [f: string]: number };
  readonly faults: readonly FaultImpact[];
  readonly latency: readonly LatencyFigures[];
  readonly seconds: readonly Second[];
}

/** Availability and latency as the clients saw them. Plain JSON; times in the result are ms, as named. */
export function performanceOf(history: History): Performance {
  const end = history.length === 0 ? 0 : history.time[history.length - 1];
  const [from, to] = measured(history, end);
  const windows = faultWindows(history);
  const faulty = union(windows.map((w): Interval => [Math.max(w.start, from), Math.min(w.end ?? end, to)]));
  const calm = complement(faulty, from, to);
  const operations = new Operations(history);
  const usually = { nodes: answeringNodes(history), answers: answersIn(operations, calm) };
  const kinds = windows.length === 0 ? [] : askedUntil(history, Math.min(to, end));
  return {
    total: availabilityIn(operations, [[0, end + 1]]),
    duringFaults: availabilityIn(operations, faulty),
    withoutFaults: availabilityIn(operations, calm),
    calmMedians: mediansOf(operations, calm),
    faults: windows.map((window, i) => ({
      ...impactOf(operations, window, end, usually),
      outage: longestOutage(kinds, window.start, Math.min(windows.at(i + 1)?.start ?? to, to, end)),
    })),
    latency: latencies(history),
    seconds: perSecond(history),
  };
}

/** The time in which clients ran for measurement: warm-up and main. */
function measured(history: History, end: number): Interval {
  const marks = phases(history);
  const begin = marks.find((m) => m.phase === 'warm-up' || m.phase === 'main');
  const stop = marks.find((m) => begin !== undefined && m.index > begin.index && m.phase !== 'main');
  return [begin?.time ?? 0, stop?.time ?? end + 1];
}

function impactOf(
  operations: Operations,
  window: FaultWindow,
  end: number,
  usually: { readonly nodes: readonly string[]; readonly answers: Answers },
): Omit<FaultImpact, 'outage'> {
  const { id, fault, family, reached, bit, inFlight, targets } = window;
  const during: Interval[] = [[window.start, window.end ?? end + 1]];
  const others = usually.nodes.filter((node) => !targets.includes(node));
  return {
    ...{ id, fault, family, reached, bit, inFlight },
    start: window.start / 1e6,
    end: window.end === null ? null : window.end / 1e6,
    ...availabilityIn(operations, during),
    msToFirstOk: msToFirstOk(operations, window.start),
    msToFirstOkAfterHeal: window.end === null ? null : msToFirstOk(operations, window.end),
    sides: sidesOf([targets, others], answersIn(operations, during), usually.answers),
    medians: mediansOf(operations, during),
  };
}

function msToFirstOk(operations: Operations, since: number): number | null {
  const first = operations.firstOk(since);
  return first === Infinity ? null : (first - since) / 1e6;
}

/** Of the operations invoked in the intervals (disjoint). */
function availabilityIn(operations: Operations, intervals: readonly Interval[]): Availability {
  const { history } = operations;
  const counts = [0, 0, 0, 0];
  for (const interval of intervals)
    operations.each(interval, (_, completed) => {
      counts[0]++;
      counts[completed >= 0 ? history.type[completed] : INFO]++;
    });
  const seconds = secondsOf(intervals);
  const [attempts] = counts;
  return {
    ...{ seconds, attempts, ok: counts[OK], fail: counts[FAIL], info: counts[INFO] },
    availability: attempts === 0 ? null : counts[OK] / attempts,
    okPerSecond: seconds === 0 ? null : counts[OK] / seconds,
  };
}

function union(intervals: readonly Interval[]): Interval[] {
  const merged: [number, number][] = [];
  for (const [from, to] of [...intervals].filter(([a, b]) => a < b).sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

function complement(intervals: readonly Interval[], from: number, to: number): Interval[] {
  const gaps: Interval[] = [];
  let at = from;
  for (const [a, b] of intervals) {
    if (a > at) gaps.push([at, a]);
    at = Math.max(at, b);
  }
  if (at < to) gaps.push([at, to]);
  return gaps;
}
