// Every experiments/*.yaml by the built command: tsx scripts/experiments.ts [--jobs N] [NAME…]. Fails on a surprise.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { jobs: { type: 'string', default: '2' } },
  allowPositionals: true,
});
const files = readdirSync(join(root, 'experiments'))
  .filter((name) => name.endsWith('.yaml'))
  .filter((name) => positionals.length === 0 || positionals.includes(name.replace('.yaml', '')));
if (files.length === 0) throw new Error(`there is no experiment ${positionals.join(', ')}`);
const out = mkdtempSync(join(tmpdir(), 'alibi-experiments-'));
let failed = 0;
for (const file of files.sort()) {
  const directory = join(out, file.replace('.yaml', ''));
  const started = process.hrtime.bigint();
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'bin/alibi.js'),
      'campaign',
      join(root, 'experiments', file),
      ...['--jobs', values.jobs, '--out', directory],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const seconds = Number((process.hrtime.bigint() - started) / 1_000_000_000n);
  console.log(`\n${file}: exit ${status}, ${seconds} s, ${directory}`);
  if (status !== null && status < 64) console.log(readFileSync(join(directory, 'summary.md'), 'utf8'));
  if (status !== 0) failed++;
}
process.exitCode = failed > 0 ? 1 : 0;
