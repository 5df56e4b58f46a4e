import { chown, constants, copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { User } from './binaries.ts';

/** Directories that a base backup holds empty, files that it leaves out: as pg_basebackup does. */
const EMPTY = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|standby\.signal|recovery\.signal|backup_label|tablespace_map|pgsql_tmp.*|pg_internal\.init.*|.*\.tmp)$/;

/**
 * Copies the data directory of a running server, to be called between pg_backup_start and pg_backup_stop. Files may
 * vanish and pages may tear meanwhile: replaying the log from the backup's start mends that. pg_control comes last.
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function copyLiveData(from: string, to: string, user: User | null): Promise<void> {
  await copyFolder(from, to, user, 0);
  await copyOne(join(from, 'global', 'pg_control'), join(to, 'global', 'pg_control'), user);
}

async function copyFolder(from: string, to: string, user: User | null, depth: number): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  if (user !== null) await chown(to, user.uid, user.gid);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (LEFT_OUT.test(entry.name) || entry.name === 'pg_control') continue;
    if (depth === 0 && EMPTY.has(entry.name)) await copyFolderShell(target, user);
    else if (entry.isDirectory()) await ignoringVanished(copyFolder(source, target, user, depth + 1));
    else await ignoringVanished(copyOne(source, target, user));
  }
}

async function copyFolderShell(to: string, user: User | null): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  if (user !== null) await chown(to, user.uid, user.gid);
}

async function copyOne(from: string, to: string, user: User | null): Promise<void> {
  if ((await lstat(from)).isSymbolicLink()) await symlink(await readlink(from), to);
  else {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    if (user !== null) await chown(to, user.uid, user.gid);
  }
}

async function ignoringVanished(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}
