import type { Cluster } from '../cluster.ts';
import type { Log } from '../hosts/types.ts';
import { SECOND, type Clock } from '../runtime/types.ts';
import type { Recorder } from './recorder.ts';
import { LATE, within } from './within.ts';

const INTERVAL = SECOND;
/** A node that is down may keep a probe waiting; the run does not wait for the probe. */
const PATIENCE = 5 * SECOND;

/**
 * Asks the cluster about once a second for its gauges (`sample`) and for the nodes that take writes (`primaries`,
 * noted when they change: two of them are a split brain). Gives what stops it.
 */
export function observe(cluster: Cluster, recorder: Recorder, clock: Clock, log: Log): () => void {
  const end = new AbortController();
  let known = '';
  const look = async () => {
    const [gauges, primaries] = await Promise.all([
      within(clock, PATIENCE, cluster.sample()),
      within(clock, PATIENCE, cluster.primaries()),
    ]);
    if (end.signal.aborted) return;
    if (gauges !== LATE && Object.keys(gauges).length > 0) recorder.noted('sample', gauges);
    if (primaries === LATE) return;
    const sorted = [...primaries].sort();
    if (sorted.join() === known) return;
    known = sorted.join();
    recorder.noted('primaries', sorted);
  };
  const watch = async () => {
    while (!end.signal.aborted) {
      // Nodes are killed and cut off on purpose: that they do not answer now is no news.
      await look().catch((error: unknown) => log.debug({ error }, 'the cluster could not be observed'));
      await clock.sleep(INTERVAL, end.signal);
    }
  };
  void watch();
  return () => end.abort();
}
