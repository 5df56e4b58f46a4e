// Simulated runs for tests: made in memory, judged as any run is.
import { judgeRun } from '../../../../cli/check/judge-run.ts';
import type { Judged } from '../../../../cli/check/judge-history.ts';
import { resolveRun, type RunRequest } from '../../../../cli/run/config.ts';
import { describeRun } from '../../../../cli/run/describe.ts';
import { simulateRun } from '../../../../cli/run/simulate.ts';
import { eventLine, headerLine, MemorySink } from '../../../../harness/history/writer.ts';
import type { RunMeta } from '../../../../results/run-meta.ts';

type Request = Omit<RunRequest, 'cluster'>;

function resolved(request: Request) {
  return resolveRun({
    cluster: 'reference',
    world: 'sim',
    time: 8,
    faultFor: 2,
    rate: 150,
    ...request,
  });
}

/** The bytes that the run's history.jsonl would have. */
export async function historyOf(request: Request): Promise<string> {
  let text = headerLine({});
  const done = () => Promise.resolve();
  await simulateRun(resolved(request), {
    append: (event) => (text += eventLine(event)).length,
    flush: done,
    close: done,
  });
  return text;
}

export async function judged(request: Request): Promise<Judged> {
  const run = resolved(request);
  const sink = new MemorySink();
  const { error } = await simulateRun(run, sink);
  const meta = { ...describeRun(run), ...(error === null ? {} : { error: error.message }) } as RunMeta;
  return judgeRun(meta, sink.history(), null);
}

/** The names of what was found, permitted or not. */
export async function found(request: Request): Promise<string[]> {
  return (await judged(request)).anomalies.map(({ name }) => name);
}
