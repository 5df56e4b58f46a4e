import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import type { RunOptions, RunResult } from '../types.ts';
import { messageOf, within } from './engine.ts';

const TIMEOUT_MS = 60_000;

/** Users are the image's: uid and gid are ignored. */
export interface ExecOptions extends RunOptions {
  readonly directory?: string;
}

/**
 * Runs a command in a container to its end (60 s unless told). Rejects with its last lines on a non-zero status unless
 * `allowFailure`, and always when it did not end in time: the command is killed then.
 */
export async function execIn(
  container: Docker.Container,
  where: string,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<RunResult> {
  const what = `"${command.join(' ').slice(0, 100)}" on ${where}`;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  // The engine cannot end what it executes: the container's own timeout(1) does, just after we gave up.
  const bounded = ['timeout', '--signal=KILL', `${(timeoutMs + 200) / 1000}`, ...command];
  const result = await within(timeoutMs, what, execute(container, bounded, options, what));
  if (result.status !== 0 && options.allowFailure !== true) {
    const output = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-8).join('\n  ');
    throw new Error(`${what} ended with status ${result.status}: ${output}`);
  }
  return result;
}

async function execute(
  container: Docker.Container,
  command: string[],
  { env, input, directory }: ExecOptions,
  what: string,
): Promise<RunResult> {
  try {
    const exec = await container.exec({
      Cmd: command,
      Env: Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`),
      ...(directory !== undefined && { WorkingDir: directory }),
      AttachStdin: input !== undefined,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: input !== undefined });
    const stdout = new Collector();
    const stderr = new Collector();
    (container.modem as Docker['modem']).demuxStream(stream, stdout, stderr);
    if (input !== undefined) stream.end(input);
    await finished(stream, { writable: false });
    return { status: await statusOf(exec), stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    throw new Error(`${what} could not be run: ${messageOf(error)}`, { cause: error });
  }
}

/** The stream may end a moment before the engine has noted the exit. */
async function statusOf(exec: Docker.Exec): Promise<number> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const { Running, ExitCode } = await exec.inspect();
    if (!Running && ExitCode !== null) return ExitCode;
  }
  throw new Error('its output ended, but it did not');
}

class Collector extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
