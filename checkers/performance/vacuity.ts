import { faultWindows, phases, type FaultWindow } from '../../harness/history/fault.ts';
import { NEMESIS } from '../../harness/history/event.ts';
import { INVOKE, OK, type History } from '../../harness/history/history.ts';

export interface VacuityRules {
  /** `ok` operations wanted before the first fault and after the last heal, and attempts wanted during the faults. */
  readonly minimum: number;
  /** Families of the faults that the user asked for. */
  readonly families: readonly string[];
}

/**
 * Why a run proves nothing, one sentence each, the weightiest first; empty when it does prove something. A bare file
 * (no phases) is held to one rule: some operation completed. A database that refuses operations during a fault is no
 * excuse: attempts count there, not successes.
 */
export function vacuityOf(history: History, { minimum, families }: VacuityRules): string[] {
  const completed = countOf(history, (i) => history.type[i] !== INVOKE);
  if (completed === 0) return ['no operation completed'];
  const marks = phases(history);
  if (marks.length === 0) return [];
  const windows = faultWindows(history);
  const ok = countOf(history, (i) => history.type[i] === OK);
  if (ok === 0) return ['no operation succeeded'];
  if (windows.length === 0 && families.length === 0)
    return ok < minimum ? [`only ${counted(ok)} succeeded (at least ${minimum} are wanted)`] : [];
  return [...unbitten(windows, families), ...tooFew(history, windows, minimum), ...unfelt(windows)];
}

/** A family that never bit was not tested at all; single misses of a family that did bite are only listed. */
function unbitten(windows: readonly FaultWindow[], families: readonly string[]): string[] {
  return [...new Set(families)].flatMap((family) => {
    const injected = windows.filter((w) => w.family === family);
    if (injected.some((w) => w.reached && w.bit)) return [];
    if (injected.length === 0) return [`the fault ${family} was never injected`];
    const why = injected.some((w) => w.reached)
      ? 'the database never felt it'
      : 'its probe never saw it in place';
    const times = injected.length === 1 ? 'once' : `${injected.length} times`;
    return [
      `the fault ${family} was injected ${times}, but ${why} (${injected[0].evidence || 'no evidence'})`,
    ];
  });
}

function tooFew(history: History, windows: readonly FaultWindow[], minimum: number): string[] {
  if (windows.length === 0) return [];
  const first = Math.min(...windows.map((w) => w.start));
  const healed = windows.some((w) => w.end === null) ? null : Math.max(...windows.map((w) => w.end ?? 0));
  const isOk = (i: number): boolean => history.type[i] === OK;
  const before = countOf(history, (i) => isOk(i) && history.time[i] < first);
  const after = countOf(
    history,
    (i) => isOk(i) && healed !== null && history.time[history.pair[i]] >= healed,
  );
  const during = enough(history, minimum, (i) => {
    if (history.type[i] !== INVOKE) return false;
    const end = history.pair[i] < 0 ? Infinity : history.time[history.pair[i]];
    return windows.some((w) => history.time[i] <= (w.end ?? Infinity) && end >= w.start);
  });
  return [
    ...(before < minimum
      ? [`only ${counted(before)} succeeded before the first fault (${minimum} are wanted)`]
      : []),
    ...(during < minimum
      ? [`only ${during} operations were attempted during the faults (${minimum} are wanted)`]
      : []),
    ...(healed === null
      ? ['a fault was never healed']
      : after < minimum
        ? [`only ${counted(after)} succeeded after the last heal (${minimum} are wanted)`]
        : []),
  ];
}

/** Faults that no operation was there to feel. Some of many is chance; all of them is a run without a test. */
function unfelt(windows: readonly FaultWindow[]): string[] {
  const idle = windows.filter((w) => w.inFlight === 0);
  return windows.length > 0 && idle.length === windows.length
    ? ['no operation was in flight during any fault']
    : [];
}

/** {@link countOf}, up to `limit`: more need not be known. */
function enough(history: History, limit: number, keep: (i: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < history.length && count < limit; i++)
    if (history.process[i] !== NEMESIS && keep(i)) count++;
  return count;
}

function countOf(history: History, keep: (i: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < history.length; i++) if (history.process[i] !== NEMESIS && keep(i)) count++;
  return count;
}

function counted(count: number): string {
  return `${count} ${count === 1 ? 'operation' : 'operations'}`;
}
