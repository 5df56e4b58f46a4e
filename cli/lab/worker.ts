// A worker process of the lab: makes the trials that its parent sends, one at a time, and ends with it.
import { LAB_WORKER, type Said } from './protocol.ts';
import { makeTrial, type Trial } from './trial.ts';

function serve(): void {
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(1));
  process.on('message', (trial: Trial) => {
    void makeTrial(trial).then(
      (result) => answer({ result }),
      (error: unknown) => answer({ broke: error instanceof Error ? error.message : String(error) }),
    );
  });
}

function answer(said: Said): void {
  process.send?.(said);
}

if (process.env[LAB_WORKER] === '1') serve();
