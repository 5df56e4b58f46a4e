// Where data goes when a run's own directory is closed to the server's user. The name says whose it is, so that the
// next run can remove what a killed harness left behind.
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, readProcess, self } from '../../../harness/hosts/process/proc.ts';

/** A directory of this process for a node of a run, below the cache. */
export function runPlace(root: string, runId: string, node: string): string {
  const { pid, start } = self();
  return join(root, `run-${pid}-${start}-${runId.replace(/[^\w.-]/g, '_')}-${node}`);
}

/** Removes the places of harnesses that are gone, unless a server that was kept still runs there. */
export async function sweepRunPlaces(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const owner = /^run-(\d+)-(\d+)-/.exec(name);
    if (owner === null || isAlive({ pid: Number(owner[1]), start: Number(owner[2]) })) continue;
    const place = join(root, name);
    if (!(await serverRuns(place))) await rm(place, { recursive: true, force: true });
  }
}

async function serverRuns(place: string): Promise<boolean> {
  const file = await readFile(join(place, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(file, 10);
  return Number.isInteger(pid) && readProcess(pid) !== null;
}
