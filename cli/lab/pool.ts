import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SIMULATION_FLAGS } from '../../harness/runtime/flags.ts';
import { LAB_WORKER, type Said } from './protocol.ts';
import { makeTrial, type Trial, type TrialResult } from './trial.ts';

/**
 * Makes trials, `jobs` at a time, each in a child process; with one job, in this one. A trial that breaks its worker
 * rejects, and the next one gets a new worker.
 */
export class Lab {
  readonly #free: (ChildProcess | null)[];
  readonly #waiting: ((slot: ChildProcess | null) => void)[] = [];
  readonly #inline: boolean;

  constructor(jobs: number) {
    this.#inline = jobs === 1;
    this.#free = Array.from({ length: jobs }, () => null);
  }

  async make(trial: Trial): Promise<TrialResult> {
    const child = await this.#take();
    try {
      if (this.#inline) return await makeTrial(trial);
      const worker = child ?? forkWorker();
      const result = await told(worker, trial).catch((error: unknown) => {
        worker.kill('SIGKILL');
        this.#give(null);
        throw error;
      });
      this.#give(worker);
      return result;
    } finally {
      if (this.#inline) this.#give(null);
    }
  }

  /** All of them, in their order. */
  all(trials: readonly Trial[]): Promise<TrialResult[]> {
    return Promise.all(trials.map((trial) => this.make(trial)));
  }

  close(): void {
    for (const child of this.#free.splice(0)) child?.kill('SIGKILL');
  }

  #take(): Promise<ChildProcess | null> {
    const slot = this.#free.pop();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(slot: ChildProcess | null): void {
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#free.push(slot);
  }
}

function told(child: ChildProcess, trial: Trial): Promise<TrialResult> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
    };
    const fail = (why: string): void => {
      end();
      reject(new Error(`a worker of the lab ${why} (seed ${trial.config.seed})`));
    };
    const onMessage = (said: Said): void => {
      if ('broke' in said) return fail(`could not make a trial: ${said.broke}`);
      end();
      resolve(said.result);
    };
    const onExit = (code: number | null, signal: string | null): void =>
      fail(`ended (${signal ?? `status ${code}`})`);
    const onError = (error: Error): void => fail(`cannot be used: ${error.message}`);
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', onError);
    child.send(trial);
  });
}

function forkWorker(): ChildProcess {
  const built = import.meta.url.endsWith('.js');
  const path = fileURLToPath(new URL(built ? './worker.js' : './worker.ts', import.meta.url));
  return fork(path, [], {
    env: { ...process.env, [LAB_WORKER]: '1' },
    execArgv: [...SIMULATION_FLAGS, ...(built ? [] : ['--import', 'tsx'])],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
