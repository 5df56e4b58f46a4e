// How often `compare` tells a configuration from itself: tsx scripts/same.ts CAMPAIGN [runs a side, several by comma]
// The runs of each cell are dealt out to comparisons of A with A, the n-th run of one side paired with the n-th of the
// other, as if they had the same seed. They have not, so that real pairs are more alike than these. Exits with 1 when
// more than a twentieth differ.
import { differencesOf } from '../results/compare/differences.ts';
import { loadRuns } from '../results/compare/load.ts';
import { groupBy, type ComparedRun } from '../results/compare/run.ts';
import { rateOf } from '../results/statistics/rates.ts';

const MOST = 0.05;

const [directory, sizes = '4,8'] = process.argv.slice(2);
if (directory === undefined) throw new Error('name a campaign directory');
const runs = await loadRuns(directory);
const cells = groupBy(runs, ({ configuration, meta }) =>
  [configuration, meta.workload, meta.nemesis].join(' '),
);
let over = false;

/** As if these were the runs of the seeds 1 … n of one configuration. */
function side(configuration: string, members: readonly ComparedRun[]): ComparedRun[] {
  return members.map((run, i) => ({ ...run, configuration, meta: { ...run.meta, seed: String(i + 1) } }));
}

for (const size of sizes.split(',').map(Number)) {
  let [different, count] = [0, 0];
  const what = new Map<string, number>();
  for (const members of cells.values())
    for (let at = 0; at + 2 * size <= members.length; at += 2 * size) {
      const differences = differencesOf(
        new Map([
          ['A', side('A', members.slice(at, at + size))],
          ['B', side('B', members.slice(at + size, at + 2 * size))],
        ]),
      );
      count += 1;
      if (differences.length > 0) different += 1;
      for (const one of differences) what.set(one.what, (what.get(one.what) ?? 0) + 1);
    }
  const { rate, low, high } = rateOf(different, count);
  if (rate > MOST) over = true;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  console.log(
    `${size} runs a side: ${different} of ${count} comparisons differ, ${percent(rate)} ` +
      `(95 % interval ${percent(low)} to ${percent(high)})${[...what].map(([name, n]) => `; ${name} ${n}`).join('')}`,
  );
}
process.exitCode = over ? 1 : 0;
