import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { StoredRun } from './run-directory.ts';

const GZIP_MAGIC = [0x1f, 0x8b];

/** SHA-256 of a history's text, in hex, whether its file is plain or gzipped: kept in run.json when the run ends. */
export async function historyDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = createReadStream(path);
  if (await isGzipped(path)) await pipeline(file, createGunzip(), hash);
  else await pipeline(file, hash);
  return hash.digest('hex');
}

/** The same of a text that is still in memory. */
export function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Why a run's history may not be its own, a sentence each: it is shown and judged all the same, but it proves no
 * innocence. A run that ended under an older release, or not at all, kept no hash to hold it against.
 */
export async function tampering({
  meta,
  historyPath,
}: Pick<StoredRun, 'meta' | 'historyPath'>): Promise<string[]> {
  if (meta.historySha256 === undefined || (await historyDigest(historyPath)) === meta.historySha256)
    return [];
  return [
    `${basename(historyPath)} is not the one that the run wrote: its SHA-256 differs from the one in run.json`,
  ];
}

async function isGzipped(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && GZIP_MAGIC.every((byte, i) => buffer[i] === byte);
  } finally {
    await file.close();
  }
}
