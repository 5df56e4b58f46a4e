import type { JudgedAnomaly } from '../../checkers/judge.ts';
import { NEMESIS } from '../../harness/history/event.ts';
import { INVOKE, type History } from '../../harness/history/history.ts';
import { marksOf, type Marks } from '../../harness/history/marks.ts';
import { MemorySink } from '../../harness/history/writer.ts';
import { stopwatch } from '../../harness/runtime/wall.ts';
import type { Outcome } from '../../results/outcome.ts';
import { judgeRun } from '../check/judge-run.ts';
import { resolveRun, type RunConfig } from '../run/config.ts';
import { endOf, metaOf } from '../run/describe.ts';
import { simulateRun } from '../run/simulate.ts';
import { scriptedRun, type Script } from '../scenario/scenario.ts';
import { isWitnessed } from './witness.ts';

/** A simulated run to be made and judged in memory, nothing of which is kept but what came out. */
export interface Trial {
  readonly config: RunConfig;
  /** What it does instead of what its workload and schedule generate. */
  readonly script?: Script;
  /** Whose witness is to be held against the history once more. */
  readonly validate?: string;
}

export interface Found extends Pick<
  JudgedAnomaly,
  'name' | 'status' | 'certain' | 'count' | 'explanation' | 'key'
> {
  /** Of the anomaly to be validated: its witness shows it by itself, or among the operations on its keys. */
  readonly witnessed?: boolean;
}

export interface TrialResult {
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly anomalies: readonly Found[];
  /** Rare states that were reached, and how often. */
  readonly marks: Marks;
  /** Client operations invoked. */
  readonly operations: number;
  /** What the run and its judgement cost, ms. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

export async function makeTrial({ config, script, validate }: Trial): Promise<TrialResult> {
  const elapsed = stopwatch();
  const before = process.cpuUsage();
  const run = script ? scriptedRun(config, script) : resolveRun(config);
  const memory = new MemorySink();
  const summary = await simulateRun(run, memory);
  const meta = { ...metaOf(run, 'trial'), ...endOf(summary) };
  const history = memory.history();
  const verdict = await judgeRun(meta, history, null);
  const anomalies: Found[] = [];
  for (const anomaly of verdict.anomalies) {
    const { name, status, certain, count, explanation, key } = anomaly;
    const found = { name, status, certain, count, explanation, ...(key === undefined ? {} : { key }) };
    const asked = name === validate && status === 'violation';
    anomalies.push(asked ? { ...found, witnessed: await isWitnessed(history, anomaly, meta) } : found);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    outcome: verdict.outcome,
    reason: verdict.reasons[0] ?? null,
    anomalies,
    marks: marksOf(history),
    operations: operationsOf(history),
    cpuMs: Math.round((user + system) / 1000),
    wallMs: Math.round(elapsed()),
  };
}

export function operationsOf(history: History): number {
  let count = 0;
  for (let i = 0; i < history.length; i++)
    if (history.type[i] === INVOKE && history.process[i] !== NEMESIS) count++;
  return count;
}

/** Did it end in this anomaly, for certain and against the claim? */
export function shows({ anomalies }: Pick<TrialResult, 'anomalies'>, name: string): boolean {
  return anomalies.some((a) => a.name === name && a.status === 'violation');
}
