// Makes a fresh clone ready with nothing but Node and npm: installs and builds what is missing or stale.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const SOURCES = ['harness', 'workloads', 'nemesis', 'checkers', 'clusters', 'results', 'cli'];

function mtime(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newestSource() {
  let newest = Math.max(mtime(join(root, 'tsconfig.build.json')), mtime(join(root, 'package-lock.json')));
  for (const folder of SOURCES)
    for (const file of readdirSync(join(root, folder), { recursive: true }))
      if (/\.(ts|tsx|css|html)$/.test(file) && !file.endsWith('.test.ts'))
        newest = Math.max(newest, mtime(join(root, folder, file)));
  return newest;
}

/** Installs if the lock file is newer than what is installed (`npm ci` builds too); builds if a source is newer than the build. */
export function ensureReady() {
  const installed = mtime(join(root, 'node_modules/.package-lock.json'));
  if (installed < mtime(join(root, 'package-lock.json'))) {
    console.error('Installing dependencies (npm ci) …');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2] });
  }
  if (mtime(join(root, 'dist/.built')) < newestSource()) {
    console.error('Building …');
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: ['ignore', 2, 2] });
  }
}
