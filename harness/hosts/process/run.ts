import { spawn } from 'node:child_process';
import { MILLISECOND, type Clock } from '../../runtime/types.ts';
import type { RunOptions, RunResult } from '../types.ts';
import { send } from './label.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** Runs a command to its end, in a process group of its own that a time-out kills whole. */
export async function runCommand(
  command: readonly string[],
  options: RunOptions,
  place: {
    readonly node: string;
    readonly cwd: string;
    readonly environment: Readonly<Record<string, string>>;
  },
  clock: Clock,
): Promise<RunResult> {
  const limit = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const child = spawn(command[0], command.slice(1), {
    cwd: place.cwd,
    detached: true,
    env: { ...process.env, ...options.env, ...place.environment },
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  // A command that ends without reading its input is no error of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  let late = false;
  const cancel = clock.after(limit * MILLISECOND, () => {
    late = true;
    if (child.pid !== undefined) send(-child.pid, 'SIGKILL');
  });
  const what = `${command.join(' ')} on ${place.node}`;
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(new Error(`cannot run ${what}: ${error.message}`)));
      child.once('close', (code) => resolve(code ?? -1));
    });
    if (late) throw new Error(`${what} did not end within ${limit} ms`);
    if (status !== 0 && !options.allowFailure)
      throw new Error(`${what} ended with status ${status}: ${(output.stderr || output.stdout).trim()}`);
    return { status, ...output };
  } finally {
    cancel();
  }
}
