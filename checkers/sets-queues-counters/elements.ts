import type { Json } from '../../harness/history/event.ts';
import { INVOKE, OK, type History } from '../../harness/history/history.ts';
import { FoldedFindings, witnessOf } from '../fold.ts';
import type { Finding, Verdict } from '../types.ts';

/** One client operation: indices of its invocation and completion (-1: never), and how it ended. */
export interface Operation {
  readonly invoked: number;
  readonly completed: number;
  readonly type: 'ok' | 'fail' | 'info';
  readonly f: string;
  readonly key: Json;
  /** The invocation's value, and the completion's (null without one). */
  readonly asked: Json;
  readonly answer: Json;
}

const ENDS = ['info', 'ok', 'fail', 'info'] as const;

/** The client operations of a history with one of the functions `names`, in order of invocation. */
export function operationsOf(history: History, ...names: string[]): Operation[] {
  const ids = new Set(names.map((name) => history.functions.idOf(name)));
  const operations: Operation[] = [];
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] < 0 || history.type[i] !== INVOKE || !ids.has(history.f[i])) continue;
    const completed = history.pair[i];
    operations.push({
      invoked: i,
      completed,
      type: completed < 0 ? 'info' : ENDS[history.type[completed]],
      f: history.functions.valueOf(history.f[i]),
      key: history.key[i] < 0 ? null : history.keys.valueOf(history.key[i]),
      asked: history.values[i],
      answer: completed < 0 || history.type[completed] !== OK ? null : history.values[completed],
    });
  }
  return operations;
}

/** Collects findings whose witness and sentence are known at once. */
export class Findings {
  readonly #folded = new FoldedFindings();
  /** How many were added. */
  size = 0;

  add(
    name: string,
    key: Json,
    witness: readonly number[],
    explanation: string,
    certain = true,
    evidence?: Finding['evidence'],
  ): void {
    this.size++;
    this.#folded.add(name, certain, key, () => ({
      witness: witnessOf(...witness),
      explanation,
      ...(evidence === undefined ? {} : { evidence }),
    }));
  }

  /** Refuted by a certain finding; otherwise unknown for `unknown`, a reason, if there is one. */
  verdict(checker: string, unknown: string | null, stats: { readonly [name: string]: Json } = {}): Verdict {
    const findings = this.#folded.findings();
    if (findings.some((f) => f.certain)) return { checker, valid: false, findings, stats };
    if (unknown !== null) return { checker, valid: 'unknown', findings, stats, reason: unknown };
    return { checker, valid: true, findings, stats };
  }
}
