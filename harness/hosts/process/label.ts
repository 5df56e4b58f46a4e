import { environmentOf, isAlive, processTable, type ProcessEntry, type ProcessId } from './proc.ts';

/** Environment variables that mark every process we start, inherited by whatever it starts. */
export const RUN = 'ALIBI_RUN';
export const HARNESS = 'ALIBI_HARNESS';
export const SERVICE = 'ALIBI_SERVICE';

/** The variables that mark a process of `service` on `node`, started by `harness` for the run. */
export function label(
  runId: string,
  harness: ProcessId,
  node: string,
  service: string,
): Record<string, string> {
  return { [RUN]: runId, [HARNESS]: `${harness.pid}:${harness.start}`, [SERVICE]: `${node}/${service}` };
}

/** The harness that a labelled process belongs to; null without a label. */
export function harnessOf(environment: ReadonlyMap<string, string>): ProcessId | null {
  const match = /^(\d+):(\d+)$/.exec(environment.get(HARNESS) ?? '');
  return match ? { pid: Number(match[1]), start: Number(match[2]) } : null;
}

/**
 * All living processes of a service: its process group and session, their descendants (PostgreSQL's backends
 * leave the group by setsid), and orphans of it that still carry the label.
 */
export function family(leader: ProcessId, runId: string, service: string): ProcessEntry[] {
  const table = processTable();
  const members = new Set<number>();
  const reused = table.some((entry) => entry.pid === leader.pid && entry.start !== leader.start);
  for (const entry of table) {
    if (!reused && (entry.group === leader.pid || entry.session === leader.pid)) members.add(entry.pid);
    else if (entry.start >= leader.start && labelled(entry.pid, runId, service)) members.add(entry.pid);
  }
  addDescendants(members, table);
  return table.filter((entry) => members.has(entry.pid));
}

/** Grows a set of pids by all their descendants. */
export function addDescendants(members: Set<number>, table: readonly ProcessEntry[]): void {
  for (let grown = true; grown;) {
    grown = false;
    for (const entry of table) {
      if (members.has(entry.pid) || !members.has(entry.parent)) continue;
      members.add(entry.pid);
      grown = true;
    }
  }
}

function labelled(pid: number, runId: string, service: string): boolean {
  const environment = environmentOf(pid);
  return environment.get(RUN) === runId && environment.get(SERVICE) === service;
}

/** Sends a signal to one process; a process that has ended meanwhile is no error. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Sends a signal to each of these that is still the same process. */
export function sendAll(targets: readonly ProcessId[], signal: NodeJS.Signals): void {
  for (const target of targets) if (isAlive(target)) send(target.pid, signal);
}
