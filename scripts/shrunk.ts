// How small the zoo becomes: saved histories, by leaving out what is not needed, or (--runs) simulated runs, by making ever
// smaller ones, as `alibi shrink RUN` does. tsx scripts/shrunk.ts [--runs] [a name, or a strategy] > table.md
import { parseArgs } from 'node:util';
import { judgeRun } from '../cli/check/judge-run.ts';
import { BUDGET } from '../cli/commands/shrink.ts';
import { resolveRun, type ResolvedRun } from '../cli/run/config.ts';
import { endOf, metaOf } from '../cli/run/describe.ts';
import { simulateRun } from '../cli/run/simulate.ts';
import { shrinkHistory } from '../cli/shrink/saved.ts';
import { shrinkSimulated } from '../cli/shrink/simulated.ts';
import { pairOf } from '../cli/zoo/specimen.ts';
import { BUGS } from '../clusters/reference/bugs.ts';
import type { History } from '../harness/history/history.ts';
import { MemorySink } from '../harness/history/writer.ts';

const SEEDS = Array.from({ length: 10 }, (_, i) => String(i + 1));
const { values, positionals } = parseArgs({
  options: { runs: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [only = ''] = positionals;

/** Operations before and after; null when the run does not show what is expected of the bug. */
type Sizes = { readonly before: number; readonly after: number } | null;

console.log('| bug | anomaly | seed | operations | after | smaller by | CPU, s |');
console.log('|---|---|---|---|---|---|---|');
for (const bug of BUGS.values()) {
  if (!bug.name.includes(only) && bug.strategy !== only) continue;
  for (const seed of SEEDS) {
    const before = process.cpuUsage();
    const sizes = await shrunkTo(resolveRun(pairOf(bug, seed).ill), bug.expected);
    if (sizes === null) continue;
    const { user, system } = process.cpuUsage(before);
    const less = ((1 - sizes.after / sizes.before) * 100).toFixed(1);
    const seconds = ((user + system) / 1e6).toFixed(1);
    console.log(
      `| ${bug.name} | ${bug.expected} | ${seed} | ${sizes.before} | ${sizes.after} | ${less} % | ${seconds} |`,
    );
    break;
  }
}

async function shrunkTo(run: ResolvedRun, anomaly: string): Promise<Sizes> {
  const sink = new MemorySink();
  const meta = { ...metaOf(run, 'shrunk'), ...endOf(await simulateRun(run, sink)) };
  const look = async (part: History) =>
    (await judgeRun(meta, part, null)).anomalies.find(
      ({ name, status }) => name === anomaly && status === 'violation',
    ) ?? null;
  if (!values.runs) return shrinkHistory(sink.history(), look);
  if ((await look(sink.history())) === null) return null;
  return (await shrinkSimulated(run, anomaly, BUDGET)).history;
}
