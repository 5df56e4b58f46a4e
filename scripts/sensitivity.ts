// Does a comparison tell one-line changes of a configuration apart? Every campaigns/sensitivity/*.yaml by the built
// `alibi compare --matrix`, as a table:
//   tsx scripts/sensitivity.ts [--jobs N] [--out DIR] [NAME…] > table.md
// What lies in DIR from before is not made again.
// Exits with 1 when some change is not told, or takes more than half an hour.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stopwatch } from '../harness/runtime/wall.ts';
import type { Comparison } from '../results/compare/comparison.ts';

const MINUTES = 30;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'campaigns/sensitivity');
const { values, positionals } = parseArgs({
  options: { jobs: { type: 'string', default: '2' }, out: { type: 'string' } },
  allowPositionals: true,
});
const out = values.out ?? mkdtempSync(join(tmpdir(), 'alibi-sensitivity-'));
let missed = 0;
console.log('| change | runs | outcomes | told apart by | minutes |');
console.log('|---|---|---|---|---|');
for (const file of readdirSync(folder).sort()) {
  const name = file.replace('.yaml', '');
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const directory = join(out, name);
  const elapsed = stopwatch();
  const words = ['compare', '--matrix', join(folder, file), '--jobs', values.jobs, '--out', directory];
  const { status } = spawnSync(process.execPath, [join(root, 'bin/alibi.js'), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const minutes = elapsed() / 60_000;
  if (status !== 0) throw new Error(`${file}: exit ${status}; what there is, is in ${directory}`);
  const { configurations, differences } = JSON.parse(
    readFileSync(join(directory, 'comparison.json'), 'utf8'),
  ) as Comparison;
  const isTold = differences.length > 0 && minutes <= MINUTES;
  if (!isTold) missed++;
  const row = [
    `${configurations.map(({ configuration }) => configuration).join(' → ')}${isTold ? '' : ' (NOT TOLD)'}`,
    configurations.map(({ runs }) => runs).join(' + '),
    configurations
      .map(({ outcomes }) => Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`))
      .join(' → '),
    differences.map(({ text }) => text).join('; ') || 'nothing',
    minutes.toFixed(1),
  ];
  console.log(`| ${row.join(' | ')} |`);
}
process.exitCode = missed === 0 ? 0 : 1;
