// How small saved histories of the zoo become: tsx scripts/shrunk.ts [a name, or a strategy] > table.md
import { shrinkHistory } from '../cli/shrink/saved.ts';
import { judgeRun } from '../cli/check/judge-run.ts';
import { resolveRun } from '../cli/run/config.ts';
import { endOf, metaOf } from '../cli/run/describe.ts';
import { simulateRun } from '../cli/run/simulate.ts';
import { pairOf } from '../cli/zoo/specimen.ts';
import { BUGS } from '../clusters/reference/bugs.ts';
import type { History } from '../harness/history/history.ts';
import { MemorySink } from '../harness/history/writer.ts';

const SEEDS = ['1', '2', '3'];
const [only = ''] = process.argv.slice(2);

console.log('| bug | anomaly | operations | after | smaller by | CPU, s |');
console.log('|---|---|---|---|---|---|');
for (const bug of BUGS.values()) {
  if (!bug.name.includes(only) && bug.strategy !== only) continue;
  for (const seed of SEEDS) {
    const run = resolveRun(pairOf(bug, seed).ill);
    const sink = new MemorySink();
    const meta = { ...metaOf(run, 'shrunk'), ...endOf(await simulateRun(run, sink)) };
    const look = async (part: History) =>
      (await judgeRun(meta, part, null)).anomalies.find(
        ({ name, status }) => name === bug.expected && status === 'violation',
      ) ?? null;
    const before = process.cpuUsage();
    const shrunk = await shrinkHistory(sink.history(), look);
    if (shrunk === null) continue;
    const { user, system } = process.cpuUsage(before);
    const less = ((1 - shrunk.after / shrunk.before) * 100).toFixed(1);
    const seconds = ((user + system) / 1e6).toFixed(1);
    console.log(
      `| ${bug.name} | ${bug.expected} | ${shrunk.before} | ${shrunk.after} | ${less} % | ${seconds} |`,
    );
    break;
  }
}
