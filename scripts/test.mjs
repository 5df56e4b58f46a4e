// `npm test`: what needs no engine of its own and ends within three minutes; Docker and browser suites skip, visibly,
// where they cannot run. `npm run test:long`: the suites of simulations, and of commands that start hundreds of runs.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, root } from './ensure.mjs';

ensureReady();
const given = process.argv.slice(2);
const long = given.includes('--long');
const filters = long ? ['.long.test', ...given.filter((arg) => arg !== '--long')] : given;
const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...filters];
const env = { ...process.env, ...(long ? { ALIBI_LONG: '1' } : {}) };
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
process.exitCode = status ?? 1;
