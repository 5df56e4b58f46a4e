import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../harness/runtime/types.ts';
import { MILLISECOND } from '../../harness/runtime/types.ts';
import type { Answer, Task } from './worker.ts';

/** Boot, quiescence and tear-down on top of a run's own time, ms: a run that takes longer hangs. */
const GRACE_MS = 180_000;

/** A worker process, forked when it is first needed and again after it died. */
export class Worker {
  #child: ChildProcess | null = null;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes one run. Resolves also when the worker breaks, dies or hangs: that is an answer too. */
  run(task: Task): Promise<Answer> {
    const child = (this.#child ??= forkWorker());
    return new Promise((resolve) => {
      const finish = (answer: Answer): void => {
        cancel();
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(answer);
      };
      const onMessage = (answer: Answer): void => finish(answer);
      const onExit = (code: number | null, signal: string | null): void => {
        this.#child = null;
        finish({ key: task.key, broke: `its worker process ended (${signal ?? `status ${code}`})` });
      };
      const limit = task.config.time * 1000 + GRACE_MS;
      const cancel = this.#clock.after(limit * MILLISECOND, () => {
        this.#child = null;
        child.off('exit', onExit);
        child.kill('SIGKILL');
        finish({ key: task.key, broke: `it did not end within ${limit / 1000} s` });
      });
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.send(task);
    });
  }

  close(): void {
    this.#child?.removeAllListeners();
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}

function forkWorker(): ChildProcess {
  const built = import.meta.url.endsWith('.js');
  const path = fileURLToPath(new URL(built ? './worker.js' : './worker.ts', import.meta.url));
  return fork(path, [], {
    env: { ...process.env, ALIBI_CAMPAIGN_WORKER: '1' },
    execArgv: built ? [] : ['--import', 'tsx'],
    // What a run says of itself stands in its directory; the campaign's own output stays readable.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
