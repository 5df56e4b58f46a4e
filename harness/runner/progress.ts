import { MILLISECOND, SECOND, type Clock } from '../runtime/types.ts';
import type { Phase } from '../history/fault.ts';
import type { Recorder } from './recorder.ts';
import type { Progress } from './types.ts';

const INTERVAL = 200 * MILLISECOND;
const TICKS_A_SECOND = SECOND / INTERVAL;

/** Tells about five times a second how the run goes; gives what stops it. */
export function reportProgress(
  clock: Clock,
  recorder: Recorder,
  phase: () => Phase,
  progress: (progress: Progress) => void,
): () => void {
  const totals: number[] = [0];
  let cancel = () => {};
  const tick = () => {
    const { ok, fail, info } = recorder.counts;
    const total = ok + fail + info;
    totals.push(total);
    if (totals.length > TICKS_A_SECOND + 1) totals.shift();
    progress({
      phase: phase(),
      ok,
      fail,
      info,
      rate: total - totals[0],
      faults: [...recorder.faults.values()],
    });
    cancel = clock.after(INTERVAL, tick);
  };
  cancel = clock.after(INTERVAL, tick);
  return () => cancel();
}
