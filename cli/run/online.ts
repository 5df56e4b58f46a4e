import { closure } from '../../checkers/guarantees.ts';
import { ONLINE, OnlineMonitor, type Announcement } from '../../checkers/online/monitor.ts';
import { ANOMALIES, checkerOf } from '../../checkers/registry.ts';
import type { EventInput } from '../../harness/history/event.ts';
import type { HistorySink } from '../../harness/history/sink.ts';
import type { Workload } from '../../workloads/types.ts';

/** Passes a history on and announces, while it grows, what in it breaks the claim; what is judged at the end is the file. */
export class WatchedHistory implements HistorySink {
  readonly #sink: HistorySink;
  readonly #monitor: OnlineMonitor;
  #time = 0;

  constructor(
    sink: HistorySink,
    workload: Workload,
    guarantees: readonly string[],
    tell: (line: string) => void,
  ) {
    this.#sink = sink;
    const promised = closure(guarantees);
    this.#monitor = new OnlineMonitor({
      checkers: workload.checkers.filter((name) => ONLINE.includes(name)).map(checkerOf),
      options: {
        assume: [...promised],
        ...(workload.model === undefined ? {} : { model: workload.model }),
      },
      announce: (announcement) => {
        const violates = ANOMALIES.get(announcement.finding.name)?.violates ?? [];
        if (violates.some((guarantee) => promised.has(guarantee))) tell(lineOf(announcement));
      },
    });
  }

  append(event: EventInput): number {
    this.#time = event.time;
    this.#monitor.observe(event);
    return this.#sink.append(event);
  }

  flush(): Promise<void> {
    return this.#sink.flush();
  }

  async close(): Promise<void> {
    await this.#monitor.finish(this.#time);
    await this.#sink.close();
  }
}

function lineOf({ finding, time }: Announcement): string {
  return `${(time / 1e9).toFixed(1)} s: ${finding.name}: ${finding.explanation}`;
}
