// One directory a version and a user, made once: `native/` (only if a copy is needed), `template/` (a fresh data
// directory, copied for each node, because initdb takes longer than cp) and `password` (of its superuser). It is
// built under another name and renamed when whole, so that runs at the same time never see half of it.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  copyServer,
  exists,
  missingLinks,
  ownDirectory,
  serverVersion,
  traversable,
  type ServerPackage,
  type User,
} from './binaries.ts';

const execute = promisify(execFile);

/** A server that is ready to run on this machine. */
export interface Installation {
  readonly version: string;
  /** Folder with bin, lib and share, usable by {@link user}. */
  readonly native: string;
  /** A data directory that nobody has started yet. */
  readonly template: string;
  readonly password: string;
  readonly user: User | null;
  /** A directory that the server's user can enter, for data whose proper place it cannot. */
  readonly root: string;
}

/** Bumped when what is cached changes shape. */
const FORMAT = 3;

/** Prepares the server files and the template, or finds them prepared. */
export async function install(
  server: ServerPackage,
  user: User | null,
  places: readonly string[] = [tmpdir(), '/var/tmp', '/tmp'],
): Promise<Installation> {
  const copyNeeded = user !== null || (await missingLinks(server.native)).length > 0;
  const reasons: string[] = [];
  for (const place of new Set(places)) {
    try {
      const root = await cacheRoot(place, user);
      const entry = join(root, `${server.version}-${FORMAT}${copyNeeded ? '' : '-in-place'}`);
      if (!(await exists(entry))) await build(entry, root, server, copyNeeded, user);
      const native = copyNeeded ? join(entry, 'native') : server.native;
      return {
        root,
        native,
        user,
        version: await serverVersion(native, user),
        template: join(entry, 'template'),
        password: (await readFile(join(entry, 'password'), 'utf8')).trim(),
      };
    } catch (error) {
      reasons.push(`${place}: ${firstLine(error)}`);
    }
  }
  throw new Error(`PostgreSQL's server files could not be prepared (${reasons.join('; ')}).`);
}

async function cacheRoot(place: string, user: User | null): Promise<string> {
  if (user !== null && !(await traversable(place)))
    throw new Error(`the user with id ${user.uid}, who must run the server for root, cannot enter it`);
  const uid = process.getuid?.() ?? 0;
  const root = join(place, `alibi-postgres-${uid}`);
  await mkdir(root, { recursive: true, mode: 0o755 });
  const owner = await stat(root);
  if (owner.uid !== uid || (owner.mode & 0o022) !== 0)
    throw new Error(`${root} belongs to somebody else: remove it`);
  if (user !== null) await chmod(root, 0o755);
  return root;
}

async function build(
  entry: string,
  root: string,
  server: ServerPackage,
  copyNeeded: boolean,
  user: User | null,
): Promise<void> {
  const draft = await mkdtemp(join(root, 'draft-'));
  try {
    await chmod(draft, 0o755);
    const native = copyNeeded ? await copyServer(server.native, draft) : server.native;
    const password = randomBytes(12).toString('hex');
    await writeFile(join(draft, 'password'), `${password}\n`, { mode: 0o600 });
    await initdb(native, join(draft, 'template'), password, user);
    await dropNeedless(native, join(draft, 'template'), user);
    await rename(draft, entry).catch(async (error: unknown) => {
      if (!(await exists(entry))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function initdb(native: string, directory: string, password: string, user: User | null): Promise<void> {
  await ownDirectory(directory, user);
  const file = join(directory, '..', 'initial-password');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  if (user !== null) await chown(file, user.uid, user.gid);
  const options = ['-k', '-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-sync'];
  // The password is random and long: stretching it would only slow down every connection.
  options.push('-c', 'scram_iterations=1', '--no-instructions');
  await execute(join(native, 'bin', 'initdb'), ['-D', directory, `--pwfile=${file}`, ...options], {
    ...(user ?? {}),
    cwd: directory,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  });
  await rm(file);
}

/**
 * Two thirds of a fresh cluster's thousand files are databases that nobody connects to, and every base backup and
 * every restart after a crash has to touch each of them.
 */
async function dropNeedless(native: string, directory: string, user: User | null): Promise<void> {
  const server = execute(join(native, 'bin', 'postgres'), ['--single', '-j', '-D', directory, 'postgres'], {
    ...(user ?? {}),
    cwd: directory,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  });
  // With -j a statement ends at a semicolon and an empty line.
  server.child.stdin?.end(
    [
      'UPDATE pg_database SET datistemplate = false',
      'DROP DATABASE template0',
      'DROP DATABASE template1',
      'CHECKPOINT',
    ]
      .map((statement) => `${statement};\n\n`)
      .join(''),
  );
  const { stdout, stderr } = await server;
  if (/ERROR|FATAL/.test(stderr)) throw new Error(`preparing the template: ${stderr}${stdout}`);
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n')[0];
}
