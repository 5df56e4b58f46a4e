import { open, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '../runtime/types.ts';

/** What was done to which byte of which file. */
export interface Corruption {
  readonly file: string;
  readonly at: number;
  /** Read back from the file: is it as the corruption left it? */
  readonly done: boolean;
}

/** Files below `directory` with something in them, by path, so that one seed always meets the same choice. */
async function files(directory: string): Promise<{ readonly path: string; readonly size: number }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return paths.map((path, i) => ({ path, size: sizes[i] })).filter(({ size }) => size > 0);
}

/** A byte of all the data, each as likely as any other, and the file that holds it. @throws Error where there is none */
async function anyByte(directory: string, random: Random): Promise<{ file: string; at: number }> {
  const found = await files(directory);
  const total = found.reduce((sum, { size }) => sum + size, 0);
  if (total === 0) throw new Error(`there is no data in ${directory} to corrupt`);
  let at = Math.floor(random.unit() * total);
  for (const { path, size } of found) {
    if (at < size) return { file: path, at };
    at -= size;
  }
  throw new Error('unreachable: the byte lies within the sum of all sizes');
}

/** Turns one bit of one byte. */
export async function flipBit(directory: string, random: Random): Promise<Corruption> {
  const { file, at } = await anyByte(directory, random);
  const handle = await open(file, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, at);
    const wanted = byte[0] ^ (1 << random.below(8));
    await handle.write(Buffer.of(wanted), 0, 1, at);
    await handle.sync();
    await handle.read(byte, 0, 1, at);
    return { file, at, done: byte[0] === wanted };
  } finally {
    await handle.close();
  }
}

/** Cuts a file off at some byte. */
export async function cutOff(directory: string, random: Random): Promise<Corruption> {
  const { file, at } = await anyByte(directory, random);
  await truncate(file, at);
  return { file, at, done: (await stat(file)).size === at };
}
