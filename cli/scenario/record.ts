import type { Scripted } from '../../harness/generator/scripted.ts';
import { NEMESIS } from '../../harness/history/event.ts';
import { phases, type Phase } from '../../harness/history/fault.ts';
import { eventAt, INVOKE, type History } from '../../harness/history/history.ts';
import { randomStream } from '../../harness/runtime/random.ts';
import type { ResolvedRun } from '../run/config.ts';
import { planOf } from '../run/input.ts';
import { scriptedOperation, type Script } from './scenario.ts';

/** In these the workload's own operations run; the final reads follow from them. */
const LOADED: readonly Phase[] = ['warm-up', 'main', 'heal'];

/**
 * What a run did, as a script: each operation by the client that did it, at the moment for which it was meant, and
 * the faults as they were planned.
 */
export function scriptOf(run: ResolvedRun, history: History): Script {
  const marks = phases(history);
  const began = marks.find(({ phase }) => phase === 'warm-up');
  const over = marks.find(({ phase, index }) => index > (began?.index ?? 0) && !LOADED.includes(phase));
  const faults = planOf(run, (stream) => randomStream(run.config.seed, stream));
  if (!began) return { operations: [], faults };
  const operations: Scripted[] = [];
  for (let i = began.index; i < (over?.index ?? history.length); i++) {
    if (history.type[i] !== INVOKE || history.process[i] === NEMESIS) continue;
    const { time, process, lag = 0, ...parts } = eventAt(history, i);
    const at = Math.max(0, time - lag - began.time);
    operations.push(scriptedOperation(process % run.config.concurrency, at, parts));
  }
  return { operations, faults };
}
