import { closure } from '../../checkers/guarantees.ts';
import { vacuityOf } from '../../checkers/performance/vacuity.ts';
import { phases } from '../../harness/history/fault.ts';
import type { History } from '../../harness/history/history.ts';
import type { RunMeta } from '../../results/run-meta.ts';
import { WORKLOADS } from '../../workloads/registry.ts';
import { lookup } from '../usage.ts';
import { judgeHistory, type Judged } from './judge-history.ts';
import type { Promised } from '../../checkers/judge.ts';

/** Ok operations that a phase needs, and attempts that a fault needs, before it says anything. */
const MINIMUM = 5;

/**
 * Judges a run's history by the workload's checkers and the configuration's claim.
 * @param asked guarantees to judge by instead of the claim (`--consistency`).
 * @param doubts why the history may not be the run's own: then it proves no innocence.
 */
export async function judgeRun(
  meta: RunMeta,
  history: History,
  asked: Promised | null,
  doubts: readonly string[] = [],
): Promise<Judged> {
  const workload = lookup('workload', meta.workload, WORKLOADS);
  const families = [...new Set(meta.nemesis.map((fault) => fault.split(':')[0]))];
  const [claim] = meta.claims;
  const promise = asked ?? { guarantee: claim.guarantee, tolerates: claim.tolerates };
  return judgeHistory({
    history,
    checkers: [...workload.checkers, 'recovery'],
    options: {
      // What is promised as a whole is refuted as a whole: the session checkers may rely on it.
      assume: [...closure(promise.guarantee)],
      ...(workload.model === undefined ? {} : { model: workload.model }),
    },
    promise,
    vacuous: [...doubts, ...unfinished(meta, history), ...vacuityOf(history, { minimum: MINIMUM, families })],
    error: meta.error ?? null,
  });
}

/** A run that never came to its last phase proves nothing of what was to be read there. */
function unfinished(meta: RunMeta, history: History): string[] {
  if (phases(history).some((mark) => mark.phase === 'done')) return [];
  return [
    meta.endedAt === undefined
      ? 'the run did not come to its end: the harness was killed, or still runs'
      : 'the run did not come to its last phase',
  ];
}
