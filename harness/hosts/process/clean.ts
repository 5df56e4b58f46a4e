import { rmSync } from 'node:fs';
import { realRuntime } from '../../runtime/real.ts';
import { MILLISECOND, SECOND } from '../../runtime/types.ts';
import { HARNESS, RUN, addDescendants, harnessOf, sendAll } from './label.ts';
import { bootId, environmentOf, isAlive, processTable, type ProcessEntry } from './proc.ts';
import { cleanPorts } from './ports.ts';
import { readRecords } from './state.ts';

export interface CleanedProcesses {
  /** What was killed: pid, and the run it belonged to. */
  readonly killed: readonly { readonly pid: number; readonly runId: string }[];
  /** Runs that were left alone because their harness is alive. */
  readonly alive: readonly string[];
}

/**
 * Kills what dead harnesses left behind, and forgets their records and port locks.
 *
 * A leftover is a process that carries the label of a run whose harness is gone, seen in its own environment, or
 * recorded (pid + start time, this boot) by such a run; and its descendants. Never by name, and never one whose
 * harness is alive. `runId` narrows it to one run.
 */
export async function cleanProcesses(options: { readonly runId?: string } = {}): Promise<CleanedProcesses> {
  const { clock } = realRuntime('clean');
  const killed = new Map<string, { pid: number; runId: string }>();
  const deadline = clock.now() + 10 * SECOND;
  for (let left = leftovers(options.runId); left.length > 0; left = leftovers(options.runId)) {
    if (clock.now() > deadline)
      throw new Error(
        `processes that SIGKILL does not end: ${left.map(({ entry }) => entry.pid).join(', ')}`,
      );
    for (const { entry, runId } of left) killed.set(`${entry.pid}:${entry.start}`, { pid: entry.pid, runId });
    const entries = left.map(({ entry }) => entry);
    sendAll(entries, 'SIGSTOP');
    sendAll(entries, 'SIGKILL');
    await clock.sleep(5 * MILLISECOND);
  }
  const alive: string[] = [];
  for (const { file, record } of readRecords()) {
    if (record.boot === bootId() && isAlive(record.harness)) alive.push(record.runId);
    else if (options.runId === undefined || options.runId === record.runId) rmSync(file, { force: true });
  }
  cleanPorts();
  return { killed: [...killed.values()], alive };
}

function leftovers(only: string | undefined): { readonly entry: ProcessEntry; readonly runId: string }[] {
  const table = processTable();
  const runs = new Map<number, string>();
  const recorded = recordedOrphans();
  for (const entry of table) {
    const runId = orphanedRun(entry, recorded);
    if (runId === null || (only !== undefined && only !== runId)) continue;
    const members = new Set([entry.pid]);
    addDescendants(members, table);
    for (const pid of members) if (!runs.has(pid)) runs.set(pid, runId);
  }
  return table.flatMap((entry) => {
    const runId = runs.get(entry.pid);
    return runId === undefined || entry.pid === process.pid ? [] : [{ entry, runId }];
  });
}

/** `pid:start` of what runs with a dead harness recorded, with the run. */
function recordedOrphans(): Map<string, string> {
  const boot = bootId();
  const orphans = new Map<string, string>();
  for (const { record } of readRecords()) {
    if (record.boot !== boot || isAlive(record.harness)) continue;
    for (const { pid, start } of record.services) orphans.set(`${pid}:${start}`, record.runId);
  }
  return orphans;
}

function orphanedRun(entry: ProcessEntry, recorded: ReadonlyMap<string, string>): string | null {
  const environment = environmentOf(entry.pid);
  const runId = environment.get(RUN);
  const harness = harnessOf(environment);
  if (runId !== undefined && harness !== null) return isAlive(harness) ? null : runId;
  // A process that overwrote its environment: the record's pid and start time name it.
  if (environment.has(HARNESS)) return null;
  return recorded.get(`${entry.pid}:${entry.start}`) ?? null;
}
