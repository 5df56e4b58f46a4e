import { basename } from 'node:path';
import { closure } from '../../checkers/guarantees.ts';
import { performanceOf } from '../../checkers/performance/performance.ts';
import type { Promised } from '../../checkers/judge.ts';
import type { CheckOptions } from '../../checkers/types.ts';
import { NEMESIS, type Json } from '../../harness/history/event.ts';
import { faultWindows, phases } from '../../harness/history/fault.ts';
import { OK, type History } from '../../harness/history/history.ts';
import { BadHistory, readHistory } from '../../harness/history/reader.ts';
import type { ReadHistory } from '../../harness/history/read-history.ts';
import type { ResultDocument } from '../../results/document.ts';
import { writeReport } from '../../results/report.ts';
import { documentOf, statsOf } from './finish.ts';
import { judgeHistory, type Judged } from './judge-history.ts';
import { checkersFor } from './promise.ts';

export interface CheckFileOptions {
  readonly asked: Promised | null;
  readonly casFail: 'unknown' | 'mismatch';
  readonly report: string | undefined;
  readonly options: CheckOptions;
}

/**
 * Judges a bare history by exactly what was asked for; when nothing was, strict serializable if it holds transactions,
 * linearizable otherwise. Nothing is known of faults
 * or phases, so the one rule of vacuity left is that something must have completed.
 */
export async function checkFile(
  path: string,
  { asked, casFail, report, options }: CheckFileOptions,
): Promise<ResultDocument> {
  const { history, initial } = await wholeHistory(path, casFail);
  const promise = asked ?? { guarantee: [defaultModel(history)], tolerates: null };
  const empty = completed(history) === 0;
  const judged = await judgeHistory({
    history,
    checkers: checkersFor(promise.guarantee),
    options: { initial, ...options, consistency: promise.guarantee, assume: [...closure(promise.guarantee)] },
    promise,
    vacuous: [],
    error: null,
  });
  const nothing = ['no operation of this history completed ok: there is nothing to judge'];
  const outcome = judged.outcome === 'valid' && empty ? 'unknown' : judged.outcome;
  const stats = { performance: performanceOf(history) as unknown as Json, ...statsOf(judged) };
  const reasons = empty ? [...judged.reasons, ...nothing] : judged.reasons;
  const document = documentOf({ ...judged, outcome, reasons }, stats, path);
  if (report !== undefined)
    await writeReport(report, {
      title: basename(path),
      outcome,
      reasons,
      claim: null,
      anomalies: document.anomalies,
      history,
      faultWindows: faultWindows(history),
      phases: phases(history),
      asked: promise.guarantee,
      checks: document.checks,
      config: { history: { file: basename(path), consistency: promise.guarantee.join(', ') } },
      commands: [
        {
          title: 'Judge it again',
          command: `alibi check ${path} --consistency ${promise.guarantee.join(',')}`,
        },
      ],
      logs: [],
    });
  return document;
}

/**
 * A bare file must be whole: what a run leaves when it is killed is judged as that run, which is inconclusive then.
 * @throws BadHistory of one that breaks off, or that holds nothing
 */
async function wholeHistory(path: string, casFail: CheckFileOptions['casFail']): Promise<ReadHistory> {
  const read = await readHistory(path, { casFail });
  if (read.format === 'empty')
    throw new BadHistory(path, { line: 1, column: 1 }, 'there is nothing in this file');
  if (read.torn === null) return read;
  const cut = 'the file ends in the middle of this line: without the line, what precedes it can be judged';
  throw new BadHistory(path, read.torn, cut);
}

/** A bare history by what {@link checkFile} takes it for. */
export function judgeBare(history: History, initial: Json): Promise<Judged> {
  const guarantee = [defaultModel(history)];
  return judgeHistory({
    history,
    checkers: checkersFor(guarantee),
    options: { initial, consistency: guarantee, assume: [...closure(guarantee)] },
    promise: { guarantee, tolerates: null },
    vacuous: [],
    error: null,
  });
}

function defaultModel(history: History): string {
  return history.functions.idOf('txn') >= 0 ? 'strict-serializable' : 'linearizable';
}

function completed(history: History): number {
  let count = 0;
  for (let i = 0; i < history.length; i++)
    if (history.type[i] === OK && history.process[i] !== NEMESIS) count++;
  return count;
}
