import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { MemorySink, tee } from '../../harness/history/writer.ts';
import { RunPaths } from '../../results/run-directory.ts';
import { textDigest } from '../../results/seal.ts';
import type { ResultDocument } from '../../results/document.ts';
import type { Outcome } from '../../results/outcome.ts';
import { judged, reportOf } from '../check/finish.ts';
import { HistoryLines } from '../lab/lines.ts';
import { resolveRun, type RunRequest } from '../run/config.ts';
import { endOf, metaOf } from '../run/describe.ts';
import { simulateRun } from '../run/simulate.ts';

export interface SimulatedTask {
  readonly id: string;
  readonly request: RunRequest;
  readonly directory: string;
  /** Is a run with this outcome worth its history and its report? */
  readonly keeps: (outcome: Outcome) => boolean;
}

/**
 * Makes and judges a simulated run in memory, then writes its directory once: what a run costs besides itself would
 * otherwise be most of the time of a campaign of thousands. Nothing is lost by a crash, since equal seeds give equal
 * histories.
 */
export async function makeSimulated({
  id,
  request,
  directory,
  keeps,
}: SimulatedTask): Promise<ResultDocument> {
  const run = resolveRun(request);
  const begun = metaOf(run, id);
  const memory = new MemorySink();
  const lines = new HistoryLines();
  const summary = await simulateRun(run, tee(memory, lines));
  const meta = { ...begun, ...endOf(summary), historySha256: textDigest(lines.text()) };
  const result = await judged({ meta, history: memory.history(), directory });
  const paths = new RunPaths(directory);
  mkdirSync(directory, { recursive: true });
  writeFileSync(paths.meta, `${JSON.stringify(meta, null, 2)}\n`);
  writeFileSync(paths.results, `${JSON.stringify(result.document, null, 2)}\n`);
  if (summary.complaints.length > 0) writeFileSync(paths.harnessLog, `${summary.complaints.join('\n')}\n`);
  if (keeps(result.document.outcome)) {
    writeFileSync(`${paths.history}.gz`, gzipSync(lines.text()));
    await reportOf(result, []);
  }
  return result.document;
}
