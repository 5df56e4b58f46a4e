import type { EventInput } from './event.ts';

/** Where a running history goes. Events are appended in the order of their times. */
export interface HistorySink {
  /** Adds an event and returns its index. On disk within a small batch's delay (see the writer). */
  append(event: EventInput): number;
  /** Resolves when everything appended so far is in the file. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
