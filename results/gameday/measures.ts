// What a game day's limits are held against, measured on the history alone.
import { eachCompleted } from '../../checkers/performance/series.ts';
import { phases, type FaultWindow } from '../../harness/history/fault.ts';
import { NEMESIS } from '../../harness/history/event.ts';
import { INVOKE, OK, type History } from '../../harness/history/history.ts';

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
  readonly outage: Worst | null;
  /** From the first question after the lifting (of a command: after its beginning) to the first ok answer to one. */
  readonly recovered: Worst | null;
}

/** Times (ns) of one kind of operation: when any was asked, and when those that ended ok were asked and answered. */
interface Answers {
  readonly f: string;
  readonly asked: number[];
  readonly ok: { readonly asked: number; readonly answered: number }[];
}

/** Families that are commands: what they do begins when they are given, not when they are lifted. */
const COMMANDS = new Set(['failover', 'switchover', 'restart-then-promote', 'rolling-restart']);

/** The steps of a run in order, each until the next one or the end of the load. */
export function stepMeasures(history: History, windows: readonly FaultWindow[]): StepMeasure[] {
  const end = endOfLoad(history);
  const answers = answersBefore(history, end);
  return windows.map((window, i) => {
    const until = Math.max(window.end ?? end, windows.at(i + 1)?.start ?? end);
    return {
      window,
      outage: worst(answers.map((one) => ({ f: one.f, ms: outage(one, window.start, until) }))),
      recovered: worst(answers.map((one) => ({ f: one.f, ms: recovery(one, since(window)) }))),
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

/** By kind of operation; a kind that was never answered ok says nothing of what took it away. */
function answersBefore(history: History, end: number): Answers[] {
  const kinds = new Map<number, Answers>();
  for (let i = 0; i < history.length && history.time[i] <= end; i++) {
    if (history.process[i] === NEMESIS || history.type[i] !== INVOKE) continue;
    const kind = kinds.get(history.f[i]);
    if (kind) kind.asked.push(history.time[i]);
    else
      kinds.set(history.f[i], {
        f: history.functions.valueOf(history.f[i]),
        asked: [history.time[i]],
        ok: [],
      });
  }
  eachCompleted(history, (invoked, completed) => {
    if (history.type[completed] !== OK || history.time[completed] > end) return;
    kinds
      .get(history.f[invoked])
      ?.ok.push({ asked: history.time[invoked], answered: history.time[completed] });
  });
  return [...kinds.values()].filter(({ ok }) => ok.length > 0);
}

/**
 * The longest time in [from, to] for which somebody asked and nobody was answered, ms: it begins with the first question
 * after an answer, for where nobody asks nothing is missing.
 */
function outage({ asked, ok }: Answers, from: number, to: number): number {
  let longest = 0;
  let last = from;
  let at = 0;
  const until = (time: number): void => {
    while (at < asked.length && asked[at] < last) at++;
    if (at < asked.length && asked[at] < time) longest = Math.max(longest, time - asked[at]);
  };
  for (const { answered } of ok) {
    if (answered < from) continue;
    if (answered > to) break;
    until(answered);
    last = answered;
  }
  until(to);
  return longest / 1e6;
}

/** From the first question after the moment to the first ok answer to any of them, ms. */
function recovery({ asked, ok }: Answers, moment: number): number | null {
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
