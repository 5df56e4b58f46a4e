import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import type { Log } from '../types.ts';
import { messageOf, within } from './engine.ts';
import { follow } from './progress.ts';

const run = promisify(execFile);
const SUITE = 'trixie';
export const BASE = `debian:${SUITE}-slim`;

/**
 * Makes sure that {@link BASE} exists: pulled, or, where no registry of images can be reached, made from Debian's
 * packages with mmdebstrap (as root it is installed when absent).
 */
export async function ensureBase(docker: Docker, log: Log): Promise<void> {
  if (await exists(docker, BASE)) return;
  try {
    const stream = await within(60_000, `pulling ${BASE}`, docker.pull(BASE));
    await within(600_000, `pulling ${BASE}`, follow(docker, stream));
    return;
  } catch (error) {
    log.info({ reason: messageOf(error) }, `${BASE} cannot be pulled: making it from Debian's packages`);
  }
  await make(docker);
}

export async function exists(docker: Docker, image: string): Promise<boolean> {
  const images = await within(
    30_000,
    'listing images',
    docker.listImages({ filters: { reference: [image] } }),
  );
  return images.length > 0;
}

async function make(docker: Docker): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'alibi-base-'));
  try {
    await ensureMmdebstrap();
    const options = join(folder, 'apt.conf');
    await writeFile(options, await aptOptions());
    const tar = join(folder, 'base.tar');
    const what = ['--variant=minbase', '--include=ca-certificates', `--aptopt=${options}`, SUITE, tar];
    await step('mmdebstrap', what, 600_000);
    const stream = await docker.importImage(tar, {
      repo: BASE.split(':')[0],
      tag: BASE.split(':')[1],
      changes: 'CMD ["bash"]',
    });
    await within(120_000, `importing ${BASE}`, follow(docker, stream));
  } catch (error) {
    throw new Error(`The base image ${BASE} could be neither pulled nor made: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ensureMmdebstrap(): Promise<void> {
  try {
    await run('mmdebstrap', ['--version']);
  } catch {
    if (process.getuid?.() !== 0) throw new Error('install mmdebstrap (Debian: apt-get install mmdebstrap)');
    await step('apt-get', ['update'], 300_000);
    await step('apt-get', ['install', '-y', '--no-install-recommends', 'mmdebstrap'], 300_000);
  }
}

/** This machine's way to its packages (proxies, a clock that is off): the image's apt needs the same. */
async function aptOptions(): Promise<string> {
  const { stdout } = await run('apt-config', ['dump', '--format', '%F "%v";%n']);
  const wanted = /^Acquire::(https?::|Check-Valid-Until|Check-Date|Retries)/;
  return stdout
    .split('\n')
    .filter((line) => wanted.test(line))
    .map((line) => line + '\n')
    .join('');
}

async function step(program: string, args: readonly string[], timeout: number): Promise<void> {
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run(program, args, { timeout, env, maxBuffer: 64 << 20 });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const tail = (stderr ?? messageOf(error)).trim().split('\n').slice(-8).join('\n  ');
    throw new Error(`${program} failed:\n  ${tail}`, { cause: error });
  }
}
