// Compiles the library and the command to dist/, and the report's page to one inlined file. Run by `npm ci`.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', name);
const node = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

rmSync(join(root, 'dist'), { recursive: true, force: true });
node(bin('typescript/bin/tsc'), '-p', 'tsconfig.build.json');
if (existsSync(join(root, 'results/page/vite.config.ts')))
  node(bin('vite/bin/vite.js'), 'build', '--config', 'results/page/vite.config.ts', '--logLevel', 'warn');
writeFileSync(join(root, 'dist/.built'), '');
