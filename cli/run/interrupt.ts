import { setMaxListeners } from 'node:events';
import { tell } from '../output.ts';

/** Exit code of a shell for a process that SIGINT ended. */
const INTERRUPTED = 130;

/**
 * The first Ctrl-C (or SIGTERM) asks the run to heal, tear down and judge what was recorded; the second leaves at
 * once. Whatever that leaves behind, `alibi clean` finds.
 */
export function onInterrupt(doing = 'healing, tearing down, judging what was recorded'): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  // Every client waits on it at times: many listeners are no leak.
  setMaxListeners(0, controller.signal);
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    tell(`\ninterrupted: ${doing} (again to leave at once)`);
    controller.abort();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
