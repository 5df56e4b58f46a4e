import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { label } from '../../harness/hosts/process/label.ts';
import { self } from '../../harness/hosts/process/proc.ts';
import { SIMULATION_FLAGS } from '../../harness/runtime/flags.ts';
import type { Clock } from '../../harness/runtime/types.ts';
import { MILLISECOND } from '../../harness/runtime/types.ts';
import { WORKER, type Answer, type Task } from './task.ts';

/** Boot, quiescence and tear-down on top of a run's own time, ms: a run that takes longer hangs. */
const GRACE_MS = 180_000;

/** A worker process, forked when it is first needed and again after it died. */
export class Worker {
  #child: ChildProcess | null = null;
  readonly #clock: Clock;
  readonly #campaign: string;

  /** @param campaign by which `alibi clean` knows what a killed campaign left behind. */
  constructor(clock: Clock, campaign: string) {
    this.#clock = clock;
    this.#campaign = campaign;
  }

  /** Makes one run. Resolves also when the worker breaks, dies or hangs: that is an answer too. */
  run(task: Task): Promise<Answer> {
    const child = (this.#child ??= forkWorker(this.#campaign));
    return new Promise((resolve) => {
      const finish = (answer: Answer): void => {
        cancel();
        child.off('message', onMessage);
        child.off('exit', onExit);
        child.off('error', onError);
        resolve(answer);
      };
      const lost = (why: string): void => {
        if (this.#child === child) this.#child = null;
        child.kill('SIGKILL');
        finish({ key: task.key, broke: why });
      };
      const onMessage = (answer: Answer): void => finish(answer);
      const onExit = (code: number | null, signal: string | null): void =>
        lost(`its worker process ended (${signal ?? `status ${code}`})`);
      const onError = (error: Error): void => lost(`its worker process cannot be used: ${error.message}`);
      const limit = task.config.time * 1000 + GRACE_MS;
      const cancel = this.#clock.after(limit * MILLISECOND, () =>
        lost(`it did not end within ${limit / 1000} s`),
      );
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.on('error', onError);
      child.send(task);
    });
  }

  close(): void {
    this.#child?.removeAllListeners();
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}

function forkWorker(campaign: string): ChildProcess {
  const built = import.meta.url.endsWith('.js');
  const path = fileURLToPath(new URL(built ? './worker.js' : './worker.ts', import.meta.url));
  return fork(path, [], {
    env: { ...process.env, ...label(campaign, self(), 'campaign', 'worker'), [WORKER]: '1' },
    execArgv: [...SIMULATION_FLAGS, ...(built ? [] : ['--import', 'tsx'])],
    // What a run says of itself stands in its directory; the campaign's own output stays readable.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
