import { NEMESIS, type HistoryEvent, type Json } from './event.ts';
import { eventAt, type History } from './history.ts';

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
}

export interface FaultEnd {
  readonly id: number;
  /** Was it felt by the database: dropped packets or bytes, process gone, offset measured, leader changed? */
  readonly bit: boolean;
  readonly evidence: string;
}

/** One fault from injection to heal; times in ns, `end` null when it was never healed. */
export interface FaultWindow extends FaultBegin {
  readonly start: number;
  readonly end: number | null;
  readonly bit: boolean;
  /** Client operations open at some moment of the window. */
  readonly inFlight: number;
}

export type Phase = 'set-up' | 'warm-up' | 'main' | 'heal' | 'quiesce' | 'final' | 'done';

export interface PhaseMark {
  readonly phase: Phase;
  readonly time: number;
  readonly index: number;
}

function nemesisEvents(history: History, f: string): HistoryEvent[] {
  const id = history.functions.idOf(f);
  const found: HistoryEvent[] = [];
  if (id < 0) return found;
  for (let i = 0; i < history.length; i++)
    if (history.process[i] === NEMESIS && history.f[i] === id) found.push(eventAt(history, i));
  return found;
}

/** When each phase began, in order. Empty for a bare file. */
export function phases(history: History): PhaseMark[] {
  return nemesisEvents(history, 'phase').map((e) => ({
    phase: (e.value as { phase: Phase }).phase,
    time: e.time,
    index: e.index,
  }));
}

/** The history's faults in order of injection. */
export function faultWindows(history: History): FaultWindow[] {
  const ends = new Map<number, { time: number; end: FaultEnd }>();
  for (const e of nemesisEvents(history, 'heal')) {
    const end = e.value as unknown as FaultEnd;
    ends.set(end.id, { time: e.time, end });
  }
  return nemesisEvents(history, 'fault').map((e) => {
    const begin = e.value as unknown as FaultBegin;
    const healed = ends.get(begin.id);
    const end = healed?.time ?? null;
    return {
      ...begin,
      start: e.time,
      end,
      bit: healed?.end.bit ?? false,
      evidence: [begin.evidence, healed?.end.evidence].filter(Boolean).join('; '),
      inFlight: operationsOpenBetween(history, e.time, end ?? Infinity),
    };
  });
}

function operationsOpenBetween(history: History, start: number, end: number): number {
  let open = 0;
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] === NEMESIS || history.type[i] !== 0) continue;
    const pair = history.pair[i];
    const completed = pair < 0 ? Infinity : history.time[pair];
    if (history.time[i] <= end && completed >= start) open++;
  }
  return open;
}

/** `value` as the JSON that a history holds: for the writers of {@link FaultBegin} and {@link FaultEnd}. */
export function faultValue(value: FaultBegin | FaultEnd): Json {
  return { ...value };
}
