import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { HostNode } from '../../harness/hosts/types.ts';

/** Copies every node's logs to `<directory>/<node>/`. */
export async function copyLogs(places: readonly HostNode[], directory: string): Promise<void> {
  for (const place of places) {
    const target = join(directory, place.name);
    await mkdir(target, { recursive: true });
    for (const file of await place.logs()) await copyFile(file, join(target, basename(file)));
  }
}
