import { checkerOf, ANOMALIES } from '../../checkers/registry.ts';
import { judge, type Judgement, type Promised } from '../../checkers/judge.ts';
import type { CheckOptions, Verdict } from '../../checkers/types.ts';
import type { History } from '../../harness/history/history.ts';
import { stopwatch } from '../../harness/runtime/wall.ts';

export interface JudgeRequest {
  readonly history: History;
  /** Names of checkers, in the order in which they are to be listed. */
  readonly checkers: readonly string[];
  readonly options: CheckOptions;
  readonly promise: Promised;
  readonly vacuous: readonly string[];
  readonly error: string | null;
}

export interface Judged extends Judgement {
  readonly verdicts: readonly Verdict[];
  /** From parsed columns to verdict, ms. */
  readonly checkMs: number;
}

/** Runs the checkers over a history and holds what they say against the promise. */
export async function judgeHistory(request: JudgeRequest): Promise<Judged> {
  const elapsed = stopwatch();
  const verdicts: Verdict[] = [];
  for (const name of request.checkers)
    verdicts.push(await checkerOf(name).check(request.history, request.options));
  const judgement = judge({
    history: request.history,
    verdicts,
    vocabulary: ANOMALIES,
    promise: request.promise,
    vacuous: request.vacuous,
    error: request.error,
  });
  return { ...judgement, verdicts, checkMs: elapsed() };
}
