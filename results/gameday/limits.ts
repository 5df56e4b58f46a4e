import type { Checker } from '../../checkers/types.ts';
import { LOST } from '../compare/measures.ts';
import type { ResultDocument } from '../document.ts';
import type { Outcome } from '../outcome.ts';
import type { StepMeasure } from './measures.ts';

/** What a game day allows: seconds, a count, milliseconds; absent: no limit. */
export interface AllowedLimits {
  readonly outage?: number | undefined;
  readonly recovered?: number | undefined;
  readonly lost?: number | undefined;
  readonly stale?: number | undefined;
}

/** One limit and what was measured. `holds` is null where nothing could be measured: that is no pass. */
export interface LimitResult {
  readonly limit: keyof AllowedLimits;
  readonly allowed: string;
  readonly measured: string;
  readonly holds: boolean | null;
}

/** A judged game day as its limits need it. */
export interface LimitInput {
  readonly limits: AllowedLimits;
  readonly steps: readonly StepMeasure[];
  readonly document: ResultDocument;
  /** The checkers that judged the run. */
  readonly checkers: readonly Checker[];
}

/** Every limit that was set, held against the run. */
export function holdLimits(input: LimitInput): LimitResult[] {
  const { outage, recovered, lost, stale } = input.limits;
  return [
    ...(outage === undefined ? [] : [timeLimit('outage', outage, input.steps)]),
    ...(recovered === undefined ? [] : [timeLimit('recovered', recovered, input.steps)]),
    ...(lost === undefined ? [] : [lostLimit(lost, input)]),
    ...(stale === undefined ? [] : [staleLimit(stale, input)]),
  ];
}

function timeLimit(
  limit: 'outage' | 'recovered',
  allowed: number,
  steps: readonly StepMeasure[],
): LimitResult {
  const found = steps.flatMap(({ window, [limit]: one }) =>
    one === null ? [] : [{ fault: window.fault, f: one.f, ms: one.ms ?? Infinity }],
  );
  const base = { limit, allowed: `≤ ${allowed} s` };
  if (found.length === 0) return { ...base, measured: 'no operation was answered', holds: null };
  const worst = found.reduce((a, b) => (b.ms > a.ms ? b : a));
  const told = worst.ms === Infinity ? 'never' : `${(worst.ms / 1000).toFixed(2)} s`;
  return { ...base, measured: `${told} (${worst.f}, ${worst.fault})`, holds: worst.ms <= allowed * 1000 };
}

/** Checkers that count every lost write. Others name one contradiction a key, behind which more may hide. */
const COUNTS = new Set(['set', 'set-full', 'lww', 'total-queue']);

function lostLimit(allowed: number, { document, checkers }: LimitInput): LimitResult {
  const able = checkers.filter(({ anomalies }) => anomalies.some((name) => LOST.has(name)));
  const base = { limit: 'lost', allowed: `≤ ${allowed}` } as const;
  if (able.length === 0)
    return { ...base, measured: 'this workload cannot tell: use set or lww', holds: null };
  const lost = document.anomalies
    .filter((a) => a.certain && LOST.has(a.name))
    .reduce((sum, a) => sum + a.count, 0);
  if (lost > allowed) return { ...base, measured: String(lost), holds: false };
  const unknown = document.checks.some(
    ({ checker, valid }) =>
      able.some(({ name }) => name === checker) &&
      (valid === 'unknown' || (valid === false && !COUNTS.has(checker))),
  );
  return { ...base, measured: unknown ? `at least ${lost}` : String(lost), holds: unknown ? null : true };
}

function staleLimit(allowed: number, { document }: LimitInput): LimitResult {
  const base = { limit: 'stale', allowed: `≤ ${allowed} ms` } as const;
  const stats = document.stats['staleness'] as { readonly ageMs?: { readonly max?: unknown } } | undefined;
  const most = stats?.ageMs?.max;
  if (typeof most !== 'number')
    return { ...base, measured: 'this workload cannot tell: use register', holds: null };
  return { ...base, measured: `${most.toFixed(1)} ms`, holds: most <= allowed };
}

/** How the day ended: a broken limit is a violation, one that could not be measured leaves it unknown. */
export function outcomeOfDay(limits: readonly LimitResult[], judged: Outcome): Outcome {
  if (limits.some(({ holds }) => holds === false)) return 'violation';
  if (judged !== 'valid') return judged;
  return limits.some(({ holds }) => holds === null) ? 'unknown' : 'valid';
}
