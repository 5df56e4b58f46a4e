import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

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

async function isGzipped(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && GZIP_MAGIC.every((byte, i) => buffer[i] === byte);
  } finally {
    await file.close();
  }
}
