// `npm run bench [NAME…]`: the figures, each benchmark in a process of its own so that none warms up another.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureReady, root } from './ensure.mjs';

ensureReady();
const NOT_BENCHMARKS = ['generators.ts'];
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts') && !NOT_BENCHMARKS.includes(file))
  .filter((file) => process.argv.length === 2 || process.argv.slice(2).some((word) => file.startsWith(word)));
for (const name of names) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', join(root, 'bench', name)],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = 1;
}
