import { faultWindows, type FaultWindow } from '../harness/history/fault.ts';
import type { Json } from '../harness/history/event.ts';
import type { History } from '../harness/history/history.ts';
import { closure } from './guarantees.ts';
import type { AnomalyDefinition, Finding, Verdict } from './types.ts';

export type Outcome = 'valid' | 'violation' | 'unknown' | 'inconclusive' | 'error';

/**
 * How a finding stands to the claim: it breaks it (`violation`), the claim allows it (`permitted`), or it came under
 * faults that the claim never promised to survive (`outside-claim`).
 */
export type Status = 'violation' | 'permitted' | 'outside-claim';

/** Findings of one name and status, with the smallest witness among them. */
export interface JudgedAnomaly {
  readonly name: string;
  readonly title: string;
  readonly definition: string;
  readonly checker: string;
  readonly count: number;
  /** False when all of them could be explained away by some indeterminate operation. */
  readonly certain: boolean;
  readonly status: Status;
  readonly severity: 1 | 2 | 3;
  readonly witness: readonly number[];
  readonly explanation: string;
  readonly key?: Json;
  readonly evidence?: { readonly [name: string]: Json };
}

/** What is promised, as far as judging needs it. `tolerates` null: no fault is an excuse (bare files). */
export interface Promised {
  readonly guarantee: readonly string[];
  readonly tolerates: { readonly faults: readonly string[]; readonly howMany: number } | null;
}

export interface JudgeInput {
  readonly history: History;
  readonly verdicts: readonly Verdict[];
  readonly vocabulary: ReadonlyMap<string, AnomalyDefinition>;
  readonly promise: Promised;
  /** Why the run proves nothing, if it does. */
  readonly vacuous: readonly string[];
  /** Infrastructure that broke, or null. */
  readonly error: string | null;
}

export interface Judgement {
  readonly outcome: Outcome;
  /** Why it is not valid, the weightiest first; empty when it is. */
  readonly reasons: readonly string[];
  readonly anomalies: readonly JudgedAnomaly[];
}

/**
 * From findings to an outcome. A violation outranks everything: nothing that went wrong with the run makes a proven
 * anomaly untrue. Then infrastructure errors, then checkers that did not finish, then runs that prove nothing.
 */
export function judge(input: JudgeInput): Judgement {
  const anomalies = judgedAnomalies(input);
  const violations = anomalies.filter((a) => a.status === 'violation');
  const undecided = input.verdicts.filter((v) => v.valid === 'unknown');
  const reasons = [
    ...violations.map((a) => `${a.name}: ${a.explanation}`),
    ...(input.error === null ? [] : [input.error]),
    ...undecided.map((v) => `${v.checker}: ${v.reason ?? 'no verdict'}`),
    ...input.vacuous,
  ];
  return { outcome: outcomeOf(violations.length, undecided.length, input), reasons, anomalies };
}

function outcomeOf(violations: number, undecided: number, input: JudgeInput): Outcome {
  if (violations > 0) return 'violation';
  if (input.error !== null) return 'error';
  if (undecided > 0) return 'unknown';
  return input.vacuous.length > 0 ? 'inconclusive' : 'valid';
}

function judgedAnomalies(input: JudgeInput): JudgedAnomaly[] {
  const promised = closure(input.promise.guarantee);
  const faults = faultWindows(input.history);
  const groups = new Map<string, JudgedAnomaly>();
  for (const verdict of input.verdicts)
    for (const finding of verdict.findings) {
      const definition = input.vocabulary.get(finding.name);
      if (!definition)
        throw new Error(
          `checker ${verdict.checker} reports "${finding.name}", which is not in the vocabulary`,
        );
      const status = statusOf(finding, definition, promised, input, faults);
      const group = `${finding.name} ${status}`;
      groups.set(group, merged(groups.get(group), finding, definition, status, verdict.checker));
    }
  return [...groups.values()].sort(byWeight);
}

/**
 * A finding that is only possible never breaks a claim: the same history has an explanation in which nothing went
 * wrong.
 */
function statusOf(
  finding: Finding,
  definition: AnomalyDefinition,
  promised: ReadonlySet<string>,
  { history, promise }: JudgeInput,
  faults: readonly FaultWindow[],
): Status {
  if (!finding.certain || !definition.violates.some((guarantee) => promised.has(guarantee)))
    return 'permitted';
  if (promise.tolerates === null) return 'violation';
  const last = finding.witness.at(-1);
  const time = last === undefined ? Infinity : history.time[last];
  return beyond(faults, promise.tolerates, time) ? 'outside-claim' : 'violation';
}

/** Had the cluster been dealt more than the claim tolerates by `time`? Damage outlasts a fault, so healing does not count. */
function beyond(
  faults: readonly FaultWindow[],
  tolerates: { readonly faults: readonly string[]; readonly howMany: number },
  time: number,
): boolean {
  // Who promises to survive a network that carries nothing promises to survive a slow or a narrow one.
  const slow = ['*', 'partition', 'delay'].some((family) => tolerates.faults.includes(family))
    ? ['delay', 'rate']
    : [];
  const suffered = faults.filter((f) => f.reached && f.start <= time && !slow.includes(f.family));
  if (suffered.some((f) => !tolerates.faults.includes(f.family) && !tolerates.faults.includes('*')))
    return true;
  return suffered.some((fault) => {
    const together = suffered.filter(
      (other) => other.start <= fault.start && (other.end ?? Infinity) >= fault.start,
    );
    return new Set(together.flatMap((other) => other.targets)).size > tolerates.howMany;
  });
}

function merged(
  known: JudgedAnomaly | undefined,
  finding: Finding,
  definition: AnomalyDefinition,
  status: Status,
  checker: string,
): JudgedAnomaly {
  const count = (known?.count ?? 0) + (finding.count ?? 1);
  const better = known === undefined || isClearer(finding, known);
  if (!better) return { ...known, count, certain: known.certain || finding.certain };
  return {
    name: finding.name,
    title: definition.title,
    definition: definition.definition,
    checker,
    count,
    certain: finding.certain || (known?.certain ?? false),
    status,
    severity: definition.severity,
    witness: finding.witness,
    explanation: finding.explanation,
    ...(finding.key === undefined ? {} : { key: finding.key }),
    ...(finding.evidence === undefined ? {} : { evidence: finding.evidence }),
  };
}

/** A certain witness beats a possible one, then the shorter, then the earlier. */
function isClearer(a: Finding, b: JudgedAnomaly): boolean {
  if (a.certain !== b.certain) return a.certain;
  if (a.witness.length !== b.witness.length) return a.witness.length < b.witness.length;
  return (a.witness[0] ?? Infinity) < (b.witness[0] ?? Infinity);
}

const STATUS_WEIGHT: Readonly<Record<Status, number>> = { violation: 2, 'outside-claim': 1, permitted: 0 };

function byWeight(a: JudgedAnomaly, b: JudgedAnomaly): number {
  return (
    STATUS_WEIGHT[b.status] - STATUS_WEIGHT[a.status] ||
    Number(b.certain) - Number(a.certain) ||
    b.severity - a.severity ||
    b.count - a.count ||
    (a.name < b.name ? -1 : 1)
  );
}
