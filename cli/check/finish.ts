import { performanceOf } from '../../checkers/performance/performance.ts';
import { CHECKERS } from '../../checkers/registry.ts';
import { marksOf } from '../../harness/history/marks.ts';
import { faultWindows, phases } from '../../harness/history/fault.ts';
import { readHistory } from '../../harness/history/reader.ts';
import { resultDocument, type ResultDocument } from '../../results/document.ts';
import { writeReport } from '../../results/report.ts';
import type { ReportLog } from '../../results/page-data.ts';
import { reportLogs } from '../../results/run-logs.ts';
import { readTwin } from '../../results/twin.ts';
import { tampering } from '../../results/seal.ts';
import { readRunDirectory, RunPaths, writeResults } from '../../results/run-directory.ts';
import type { RunMeta } from '../../results/run-meta.ts';
import type { Promised } from '../../checkers/judge.ts';
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import type { Judged } from './judge-history.ts';
import { judgeRun } from './judge-run.ts';

export interface FinishedRun {
  readonly directory: string;
  readonly document: ResultDocument;
}

export type ReportWhen = 'always' | 'unless-valid' | 'never';

export interface FinishOptions {
  /** Guarantees to judge by instead of the run's claim. */
  readonly asked?: Promised | null;
  readonly report?: ReportWhen;
  /** What the run's directory is called in results and commands, when it will be elsewhere [its path]. */
  readonly shownAs?: string;
}

/** A run as its judge needs it: what was to happen, and what did. */
export interface RunToJudge {
  readonly meta: RunMeta;
  readonly history: History;
  /** Where it lies, or will. */
  readonly directory: string;
}

/** A run and what became of it. */
export interface JudgedRun extends RunToJudge {
  readonly judged: Judged;
  readonly document: ResultDocument;
}

/** Judges a run directory and writes results.json and report.html into it. */
export async function judgeAndReport(
  path: string,
  { asked = null, report = 'always', shownAs = path }: FinishOptions = {},
): Promise<FinishedRun> {
  const stored = await readRunDirectory(path);
  const { history } = await readHistory(stored.historyPath);
  const doubts = await tampering(stored);
  const run = await judged({ meta: stored.meta, history, directory: shownAs }, asked, doubts);
  await writeResults(path, run.document);
  if (report === 'always' || (report === 'unless-valid' && run.document.outcome !== 'valid'))
    await reportOf(run, await reportLogs(stored, history, run.document.anomalies), path);
  return { directory: path, document: run.document };
}

/** Judges a run by its workload's checkers; nothing is written. */
export async function judged(
  run: RunToJudge,
  asked: Promised | null = null,
  doubts: readonly string[] = [],
): Promise<JudgedRun> {
  const verdict = await judgeRun(run.meta, run.history, asked, doubts);
  const marks = marksOf(run.history);
  const stats = {
    performance: performanceOf(run.history) as unknown as Json,
    ...statsOf(verdict),
    ...(Object.keys(marks).length > 0 ? { sometimes: { ...marks } } : {}),
  };
  return { ...run, judged: verdict, document: documentOf(verdict, stats, run.directory) };
}

/** Writes a judged run's report.html into its directory. */
export async function reportOf(
  { meta, history, directory, judged: verdict, document }: JudgedRun,
  logs: readonly ReportLog[],
  into = directory,
): Promise<void> {
  const twin = await readTwin(into, document);
  return writeReport(new RunPaths(into).report, {
    title: `${meta.cluster}:${meta.configuration} · ${meta.workload}`,
    subtitle: `${meta.id}, ${meta.startedAt}`,
    outcome: verdict.outcome,
    reasons: verdict.reasons,
    claim: meta.claims[0],
    anomalies: document.anomalies,
    checks: document.checks,
    history,
    faultWindows: faultWindows(history),
    phases: phases(history),
    nodes: meta.nodes,
    config: configOf(meta),
    commands: [
      { title: 'Run it again', command: meta.command },
      { title: 'Run it again from this directory', command: `alibi rerun ${directory}` },
      { title: 'Judge this history again', command: `alibi check ${directory}` },
      { title: 'Make it as small as it gets', command: `alibi shrink ${directory}` },
      ...(meta.world === 'sim' ? [] : realCommands(meta, directory)),
      ...(twin === null ? [] : [{ title: 'Run its twin again', command: twin.command }]),
      { title: 'Pack it for a bug report', command: `alibi bundle ${directory}` },
    ],
    logs,
    twin,
  });
}

/** What only a real cluster is asked: it never does the same twice. */
function realCommands({ nemesis }: RunMeta, directory: string): { title: string; command: string }[] {
  return [
    { title: 'How often it comes back', command: `alibi replay ${directory} --times 5` },
    ...(nemesis.length === 0
      ? []
      : [{ title: 'Which faults it takes', command: `alibi shrink ${directory} --schedule` }]),
  ];
}

export function documentOf(
  judged: Judged,
  stats: { readonly [name: string]: Json },
  run: string,
): ResultDocument {
  return resultDocument({
    outcome: judged.outcome,
    reasons: judged.reasons,
    anomalies: judged.anomalies,
    checks: judged.verdicts.map((verdict) => ({
      checker: verdict.checker,
      title: CHECKERS.get(verdict.checker)?.title ?? verdict.checker,
      valid: verdict.valid,
      ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    })),
    stats,
    checkMs: judged.checkMs,
    run,
  });
}

/** The checkers' own figures, by checker. */
export function statsOf(judged: Judged): { readonly [name: string]: Json } {
  return Object.fromEntries(judged.verdicts.filter((v) => v.stats).map((v) => [v.checker, v.stats as Json]));
}

function configOf(meta: RunMeta): Record<string, Record<string, Json>> {
  return {
    run: {
      cluster: `${meta.cluster}:${meta.configuration}`,
      world: meta.world,
      workload: meta.workload,
      nemesis: meta.nemesis.join(', ') || 'none',
      nodes: meta.nodes.join(', '),
      seed: meta.seed,
      started: meta.startedAt,
    },
    options: meta.options,
    settings: meta.settings,
    versions: { alibi: meta.alibi, ...meta.versions },
    environment: meta.environment,
  };
}
