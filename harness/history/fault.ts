import { NEMESIS, type Json } from './event.ts';
import type { History } from './history.ts';

/**
 * How faults stand in a history: nemesis events of type `info`.
 * `f: "fault"`, value {@link FaultBegin} when the injection has been made and probed; `f: "heal"`, value
 * {@link FaultEnd} when it was lifted. `f: "phase"`, value `{phase}` marks the run's phases.
 */
export interface FaultBegin {
  readonly id: number;
  /** The fault as the user wrote it, e.g. `partition:primary`. */
  readonly fault: string;
  /** Its family, e.g. `partition`: what claims tolerate and conclusiveness is judged by. */
  readonly family: string;
  readonly targets: readonly string[];
  /** Did a probe, independent of the injection, see the fault in place? */
  readonly reached: boolean;
  readonly evidence: string;
  /** When the injection was begun, ns: the event itself comes after the probe, by when damage may have been done. */
  readonly began?: number;
  /** The directed links between nodes that it touches, each `from→to`; absent: it is no fault of links. */
  readonly links?: readonly string[];
  /** Clocks as measured before the injection and after it; absent: it is no fault of clocks. */
  readonly offsets?: { readonly before: ClockOffsets; readonly after: ClockOffsets };
}

/** Each node's clock minus true time, ms. */
export interface ClockOffsets {
  readonly [node: string]: number;
}

export interface FaultEnd {
  readonly id: number;
  /** Was it felt by the database: dropped packets or bytes, process gone, offset measured, leader changed? */
  readonly bit: boolean;
  readonly evidence: string;
  /** Clocks as measured just before they were set right again. */
  readonly offsets?: ClockOffsets;
}

/** One fault from injection to heal; times in ns, `end` null when it was never healed. */
export interface FaultWindow extends FaultBegin {
  readonly start: number;
  readonly end: number | null;
  readonly bit: boolean;
  /** Client operations open at some moment of the window. */
  readonly inFlight: number;
  /** Clocks as measured just before the heal. */
  readonly offsetsAtHeal?: ClockOffsets;
}

export type Phase = 'set-up' | 'warm-up' | 'main' | 'heal' | 'quiesce' | 'final' | 'done';

export interface PhaseMark {
  readonly phase: Phase;
  readonly time: number;
  readonly index: number;
}

interface Told<T> {
  readonly time: number;
  readonly index: number;
  readonly value: T;
}

/**
 * The nemesis' events of function `f` whose values have the fields and types of `shape`. Others are passed over:
 * in another tool's history the nemesis says what it likes, under the same names.
 */
function told<T>(history: History, f: string, shape: { readonly [name: string]: string }): Told<T>[] {
  const id = history.functions.idOf(f);
  const found: Told<T>[] = [];
  if (id < 0) return found;
  for (let index = 0; index < history.length; index++) {
    if (history.process[index] !== NEMESIS || history.f[index] !== id) continue;
    const value = history.values[index];
    if (hasShape(value, shape))
      found.push({ time: history.time[index], index, value: value as unknown as T });
  }
  return found;
}

function hasShape(value: Json, shape: { readonly [name: string]: string }): boolean {
  if (value === null || typeof value !== 'object') return false;
  const fields = value as { readonly [name: string]: unknown };
  return Object.entries(shape).every(([name, type]) =>
    type === 'array' ? Array.isArray(fields[name]) : typeof fields[name] === type,
  );
}

const BEGIN = {
  id: 'number',
  fault: 'string',
  family: 'string',
  targets: 'array',
  reached: 'boolean',
  evidence: 'string',
};
const END = { id: 'number', bit: 'boolean', evidence: 'string' };

/** When each phase began, in order. Empty for a bare file. */
export function phases(history: History): PhaseMark[] {
  return told<{ phase: Phase }>(history, 'phase', { phase: 'string' }).map(({ time, index, value }) => ({
    phase: value.phase,
    time,
    index,
  }));
}

/** The history's faults in order of injection. */
export function faultWindows(history: History): FaultWindow[] {
  const begun = told<FaultBegin>(history, 'fault', BEGIN);
  if (begun.length === 0) return [];
  const openBetween = openOperations(history);
  const ends = new Map(told<FaultEnd>(history, 'heal', END).map((end) => [end.value.id, end]));
  return begun.map(({ time, value: begin }) => {
    const start = typeof begin.began === 'number' ? Math.min(begin.began, time) : time;
    const healed = ends.get(begin.id);
    const end = healed?.time ?? null;
    return {
      ...begin,
      start,
      end,
      bit: healed?.value.bit ?? false,
      ...(healed?.value.offsets === undefined ? {} : { offsetsAtHeal: healed.value.offsets }),
      evidence: [begin.evidence, healed?.value.evidence].filter(Boolean).join('; '),
      inFlight: openBetween(start, end ?? Infinity),
    };
  });
}

/** Counts the client operations that were open at some moment from `start` to `end`, both included. */
function openOperations(history: History): (start: number, end: number) => number {
  const invoked: number[] = [];
  const completed: number[] = [];
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] === NEMESIS || history.type[i] !== 0) continue;
    invoked.push(history.time[i]);
    const pair = history.pair[i];
    if (pair >= 0) completed.push(history.time[pair]);
  }
  const [begins, ends] = [Float64Array.from(invoked).sort(), Float64Array.from(completed).sort()];
  // All that have begun by the end, but for those that were over before the start.
  return (start, end) => below(begins, end, true) - below(ends, start, false);
}

/** How many of the ascending values are below `limit`, or `orEqual`. */
function below(values: Float64Array, limit: number, orEqual: boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < limit || (orEqual && values[middle] === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `value` as the JSON that a history holds: for the writers of {@link FaultBegin} and {@link FaultEnd}. */
export function faultValue(value: FaultBegin | FaultEnd): Json {
  return { ...value };
}
