import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { performanceOf } from '../../checkers/performance/performance.ts';
import { CHECKERS } from '../../checkers/registry.ts';
import { faultWindows, phases } from '../../harness/history/fault.ts';
import { readHistory } from '../../harness/history/reader.ts';
import { resultDocument, type ResultDocument } from '../../results/document.ts';
import { writeReport } from '../../results/report.ts';
import type { ReportLog } from '../../results/page-data.ts';
import { readRunDirectory, writeResults, type StoredRun } from '../../results/run-directory.ts';
import type { Promised } from '../../checkers/judge.ts';
import type { Json } from '../../harness/history/event.ts';
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
}

/** Judges a run directory and writes results.json and report.html into it. */
export async function judgeAndReport(
  path: string,
  { asked = null, report = 'always' }: FinishOptions = {},
): Promise<FinishedRun> {
  const stored = await readRunDirectory(path);
  const { history } = await readHistory(stored.historyPath);
  const judged = await judgeRun(stored.meta, history, asked);
  const stats = { performance: performanceOf(history) as unknown as Json, ...statsOf(judged) };
  const document = documentOf(judged, stats, path);
  await writeResults(path, document);
  if (report === 'never' || (report === 'unless-valid' && judged.outcome === 'valid'))
    return { directory: path, document };
  await writeReport(stored.paths.report, {
    title: `${stored.meta.cluster}:${stored.meta.configuration} · ${stored.meta.workload}`,
    subtitle: `${stored.meta.id}, ${stored.meta.startedAt}`,
    outcome: judged.outcome,
    reasons: judged.reasons,
    claim: stored.meta.claims[0],
    anomalies: document.anomalies,
    checks: document.checks,
    history,
    faultWindows: faultWindows(history),
    phases: phases(history),
    config: configOf(stored),
    commands: [
      { title: 'Run it again', command: stored.meta.command },
      { title: 'Run it again from this directory', command: `alibi rerun ${path}` },
      { title: 'Judge this history again', command: `alibi check ${path}` },
    ],
    logs: await logTails(stored),
  });
  return { directory: path, document };
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

function configOf({ meta }: StoredRun): Record<string, Record<string, Json>> {
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

/** The last lines of each node's logs. */
async function logTails({ logs }: StoredRun): Promise<ReportLog[]> {
  const tails: ReportLog[] = [];
  for (const [node, files] of logs)
    for (const file of files) {
      const lines = (await readFile(file, 'utf8')).split('\n');
      tails.push({ node, file: basename(file), text: lines.slice(-40).join('\n') });
    }
  return tails;
}
