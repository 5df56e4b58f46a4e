import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ownDirectory, type User } from './binaries.ts';

const execute = promisify(execFile);

/** Directories that a base backup holds empty, and files that it leaves out: as pg_basebackup does. */
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
  /^(postmaster\.(pid|opts)|standby\.signal|recovery\.signal|backup_label|tablespace_map|.*\.tmp)$/;

/**
 * Copies the data directory of a running server, to be called between pg_backup_start and pg_backup_stop. Files may
 * vanish and pages may tear meanwhile: replaying the log from the backup's start mends that. pg_control comes last.
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function copyLiveData(from: string, to: string, user: User | null): Promise<void> {
  await ownDirectory(to, user);
  const names = (await readdir(from)).filter((name) => !LEFT_OUT.test(name));
  for (const name of names.filter((candidate) => EMPTY.has(candidate)))
    await ownDirectory(join(to, name), user);
  const copied = names.filter((name) => !EMPTY.has(name)).map((name) => join(from, name));
  await toleratingVanished(execute('cp', ['-Rp', ...copied, to]));
  await execute('cp', ['-p', join(from, 'global', 'pg_control'), join(to, 'global', 'pg_control')]);
}

/** A copy of a data directory that no server runs in, owner and modes kept. */
export async function copyRestingData(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await execute('cp', ['-Rp', `${from}/.`, to]);
}

/** cp goes on after a file that has vanished, and says so at its end. */
async function toleratingVanished(copying: Promise<unknown>): Promise<void> {
  await copying.catch((error: unknown) => {
    const lines = (error as { stderr?: string }).stderr?.trim().split('\n') ?? [''];
    if (!lines.every((line) => /No such file or directory/.test(line))) throw error;
  });
}
