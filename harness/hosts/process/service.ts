import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { MILLISECOND, SECOND, type Clock } from '../../runtime/types.ts';
import type { ServiceSpec } from '../types.ts';
import { family, send, sendAll } from './label.ts';
import { readProcess, type ProcessEntry, type ProcessId } from './proc.ts';

const GONE_WITHIN = 10 * SECOND;
const POLL = 5 * MILLISECOND;

/** What a service is started with. */
export interface Launch {
  readonly runId: string;
  readonly node: string;
  readonly logFile: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a command as the leader of its own session and process group. Rejects when it cannot be executed. */
export async function launch(spec: ServiceSpec, { node, logFile, environment }: Launch): Promise<ProcessId> {
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(spec.command[0], spec.command.slice(1), {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...spec.env, ...environment },
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
    });
    await spawned(child).catch((error: Error) => {
      throw new Error(`starting ${spec.name} on ${node}: cannot run ${spec.command[0]}: ${error.message}`);
    });
    child.unref();
    const pid = child.pid as number;
    return { pid, start: readProcess(pid)?.start ?? 0 };
  } finally {
    closeSync(log);
  }
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', resolve);
  });
}

/** A service that was started: its leader, and through it all the processes that belong to it. */
export class Service {
  readonly #leader: ProcessId;
  readonly #runId: string;
  readonly #label: string;
  readonly #clock: Clock;

  constructor(leader: ProcessId, runId: string, label: string, clock: Clock) {
    this.#leader = leader;
    this.#runId = runId;
    this.#label = label;
    this.#clock = clock;
  }

  members(): ProcessEntry[] {
    return family(this.#leader, this.#runId, this.#label);
  }

  alive(): boolean {
    return this.members().length > 0;
  }

  state(): 'running' | 'stopped' | 'gone' {
    const members = this.members();
    if (members.length === 0) return 'gone';
    return members.every(isStopped) ? 'stopped' : 'running';
  }

  async signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGINT'): Promise<void> {
    if (signal === 'SIGKILL') return this.#kill();
    if (signal === 'SIGSTOP') return this.#stop();
    if (signal === 'SIGCONT') return sendAll(this.members(), signal);
    // A request to end is the leader's group's to handle: members that left it are told by their leader.
    if (this.members().some((entry) => entry.group === this.#leader.pid)) send(-this.#leader.pid, signal);
  }

  /** Frozen first, so that none forks or reacts while the others die; then killed until none is left. */
  async #kill(): Promise<void> {
    sendAll(this.members(), 'SIGSTOP');
    await this.#until(() => {
      const members = this.members();
      sendAll(members, 'SIGKILL');
      return members.length === 0;
    }, 'still has processes after SIGKILL');
  }

  async #stop(): Promise<void> {
    await this.#until(() => {
      const running = this.members().filter((entry) => !isStopped(entry));
      sendAll(running, 'SIGSTOP');
      return running.length === 0;
    }, 'has processes that SIGSTOP does not stop');
  }

  async #until(done: () => boolean, otherwise: string): Promise<void> {
    const deadline = this.#clock.now() + GONE_WITHIN;
    while (!done()) {
      if (this.#clock.now() > deadline)
        throw new Error(`${this.#label} (pid ${this.#leader.pid}) ${otherwise}`);
      await this.#clock.sleep(POLL);
    }
  }
}

/** Stopped by a signal, or by a tracer. */
function isStopped(entry: ProcessEntry): boolean {
  return entry.state === 'T' || entry.state === 't';
}
