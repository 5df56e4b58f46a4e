import { setMaxListeners } from 'node:events';
import type { ResolvedRun } from './config.ts';
import { inputOf } from './input.ts';
import { KeysUsed } from './keys-used.ts';
import { simulatedWorld } from './open-world.ts';
import type { HistorySink } from '../../harness/history/sink.ts';
import { runCluster } from '../../harness/runner/run.ts';
import type { RunSummary } from '../../harness/runner/types.ts';

const silent = () => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

/** Makes a simulated run in memory: its history goes to `sink`, no file is written, nothing is judged. */
export async function simulateRun(run: ResolvedRun, sink: HistorySink): Promise<RunSummary> {
  const interrupt = new AbortController().signal;
  setMaxListeners(0, interrupt);
  const world = simulatedWorld(run, SILENT);
  const input = inputOf(run, world, new KeysUsed(sink), {
    log: SILENT,
    interrupt,
    progress: silent,
    logsDirectory: null,
    keep: false,
  });
  return world.drive(() => runCluster(input));
}
