// What a game day's limits are held against, measured on the history alone.
import { askedUntil, longestOutage, type Asked, type Longest } from '../../checkers/performance/outage.ts';
import { phases, type FaultWindow } from '../../harness/history/fault.ts';
import type { History } from '../../harness/history/history.ts';

/** The worst of all kinds of operation: which kind, and how long, ms. */
export interface Worst {
  readonly f: string;
  /** Null: it never came to an end within the load. */
  readonly ms: number | null;
}

/** What one step did to the clients. */
export interface StepMeasure {
  readonly window: FaultWindow;
  /** The longest time that somebody waited for an ok answer, until the next step; null: nothing was ever answered. */
  readonly outage: Longest | null;
  /** From the first question after the lifting (of a command: after its beginning) to the first ok answer to one. */
  readonly recovered: Worst | null;
}

/** Families that are commands: what they do begins when they are given, not when they are lifted. */
const COMMANDS = new Set(['failover', 'switchover', 'restart-then-promote', 'rolling-restart']);

/** The steps of a run in order, each until the next one or the end of the load. */
export function stepMeasures(history: History, windows: readonly FaultWindow[]): StepMeasure[] {
  const end = endOfLoad(history);
  const kinds = askedUntil(history, end);
  return windows.map((window, i) => {
    const until = Math.max(window.end ?? end, windows.at(i + 1)?.start ?? end);
    return {
      window,
      outage: longestOutage(kinds, window.start, until),
      recovered: worst(kinds.map((one) => ({ f: one.f, ms: recovery(one, since(window)) }))),
    };
  });
}

const since = ({ family, start, end }: FaultWindow): number =>
  COMMANDS.has(family) ? start : (end ?? Infinity);

/** Clients go on while faults are lifted; with quiescence they end. */
function endOfLoad(history: History): number {
  const last = history.length === 0 ? 0 : history.time[history.length - 1];
  return phases(history).find(({ phase }) => phase === 'quiesce')?.time ?? last;
}

/** From the first question after the moment to the first ok answer to any of them, ms. */
function recovery({ asked, ok }: Asked, moment: number): number | null {
  const first = asked.find((time) => time >= moment);
  const answer = ok.find((one) => one.asked >= moment);
  return first === undefined || answer === undefined ? null : (answer.answered - first) / 1e6;
}

function worst(all: readonly Worst[]): Worst | null {
  return all.reduce<Worst | null>((most, one) => {
    if (most === null) return one;
    if (most.ms === null) return most;
    return one.ms === null || one.ms > most.ms ? one : most;
  }, null);
}
