// What Linux says about processes: never a name, always pid + start time (+ our label in the environment).
import { readFileSync, readdirSync } from 'node:fs';

/** One process, as /proc shows it. `start` is in clock ticks since boot: with the pid it identifies a process. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** One letter of proc(5): R, S, D, T (stopped), Z (zombie), … */
  readonly state: string;
  readonly start: number;
  /** Threads that have not ended yet, the first included. */
  readonly threads: number;
}

/** A process that may have ended since: the pid alone would be ambiguous. */
export interface ProcessId {
  readonly pid: number;
  readonly start: number;
}

/** The entry of one process, or null when there is none (any more). */
export function readProcess(pid: number): ProcessEntry | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    state: fields[0],
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    threads: Number(fields[17]),
    start: Number(fields[19]),
  };
}

/**
 * A zombie runs no code and holds no port, once its other threads have ended too: one that is still in a system
 * call (an fsync) keeps the sockets open after the first thread is gone.
 */
function hasEnded({ state, threads }: ProcessEntry): boolean {
  return state === 'X' || (state === 'Z' && threads <= 1);
}

/** Every process that has not ended. */
export function processTable(): ProcessEntry[] {
  const table: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readProcess(Number(name));
    if (entry && !hasEnded(entry)) table.push(entry);
  }
  return table;
}

/** Is this very process (not a later one with its number) alive? Ended ones that nobody has waited for are not. */
export function isAlive({ pid, start }: ProcessId): boolean {
  const entry = readProcess(pid);
  return entry !== null && entry.start === start && !hasEnded(entry);
}

/** The environment a process was started with; empty when it may not be read or was overwritten. */
export function environmentOf(pid: number): ReadonlyMap<string, string> {
  let raw: string;
  try {
    raw = readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return new Map();
  }
  const pairs = raw.split('\0').filter((pair) => pair.includes('='));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** Changes with every boot, so that pids of an earlier boot are never mistaken for ours. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** This process. */
export function self(): ProcessId {
  return { pid: process.pid, start: readProcess(process.pid)?.start ?? 0 };
}
