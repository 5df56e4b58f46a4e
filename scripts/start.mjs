// `npm start`: the main job on the embedded default: the reference store and a real PostgreSQL, no Docker.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, root } from './ensure.mjs';

ensureReady();
const args = [join(root, 'bin/alibi.js'), 'demo', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
