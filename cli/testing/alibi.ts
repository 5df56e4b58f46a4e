import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/alibi.js', import.meta.url));

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fresh directory to stand in. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'alibi-test-'));
}

/** Starts the built command, as a user would, in `cwd`; `said` resolves when it has ended. */
export function start(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; said: Promise<Said> } {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const said = new Promise<Said>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { child, said };
}

export function alibi(args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Said> {
  return start(args, cwd, env).said;
}
