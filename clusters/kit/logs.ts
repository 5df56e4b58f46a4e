import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ServerNode } from './server-node.ts';

/** Copies every node's logs to `<directory>/<node>/`; a node that was never created has none. */
export async function copyLogs(nodes: readonly ServerNode[], directory: string): Promise<void> {
  for (const { name, place } of nodes.filter(({ created }) => created)) {
    const target = join(directory, name);
    await mkdir(target, { recursive: true });
    for (const file of await place.logs()) await copyFile(file, join(target, basename(file)));
  }
}
