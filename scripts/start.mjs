// `npm start`: the main job on the embedded default: the reference store and a real PostgreSQL, no Docker.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, root } from './ensure.mjs';

ensureReady();
// The flag: harness/runtime/flags.ts.
const args = ['--max-semi-space-size=32', join(root, 'bin/alibi.js'), 'demo', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
