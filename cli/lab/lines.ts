import type { EventInput } from '../../harness/history/event.ts';
import type { HistorySink } from '../../harness/history/sink.ts';
import { eventLine, headerLine } from '../../harness/history/writer.ts';

/** The file of a simulated run's history, in memory. */
export class HistoryLines implements HistorySink {
  #length = 0;
  #text = headerLine({});

  append(event: EventInput): number {
    this.#text += eventLine(event);
    return this.#length++;
  }

  text(): string {
    return this.#text;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
