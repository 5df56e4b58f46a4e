import { INVOKE, OK, type History } from '../../harness/history/history.ts';

/** Half-open, ns. */
export type Interval = readonly [number, number];

/**
 * A history's client operations by the moment of invocation: questions about stretches of time cost what lies in
 * these, so that an hour with a hundred faults is not read a hundred times.
 */
export class Operations {
  readonly history: History;
  /** Invocations by time, and their times. */
  readonly #invoked: Int32Array;
  readonly #times: Float64Array;
  /** Of the operations from each place on, when the first one of those that succeeded completed. */
  readonly #firstOk: Float64Array;

  constructor(history: History) {
    const { time, pair, process, type } = history;
    this.history = history;
    const invoked: number[] = [];
    for (let i = 0; i < history.length; i++) if (process[i] >= 0 && type[i] === INVOKE) invoked.push(i);
    // In order already, but for files of others.
    this.#invoked = Int32Array.from(invoked.sort((a, b) => time[a] - time[b] || a - b));
    this.#times = Float64Array.from(this.#invoked, (i) => time[i]);
    this.#firstOk = new Float64Array(invoked.length + 1).fill(Infinity);
    for (let at = invoked.length - 1; at >= 0; at--) {
      const completed = pair[this.#invoked[at]];
      const ok = completed >= 0 && type[completed] === OK ? time[completed] : Infinity;
      this.#firstOk[at] = Math.min(ok, this.#firstOk[at + 1]);
    }
  }

  /** Visits those that were invoked in the interval; `completed` is -1 of one that never did. */
  each([from, to]: Interval, visit: (invoked: number, completed: number) => void): void {
    const { pair } = this.history;
    for (let at = this.#place(from); at < this.#times.length && this.#times[at] < to; at++)
      visit(this.#invoked[at], pair[this.#invoked[at]]);
  }

  /** When the first of the successful operations that were invoked at or after `since` completed, ns; Infinity: none. */
  firstOk(since: number): number {
    return this.#firstOk[this.#place(since)];
  }

  /** How many were invoked before `time`. */
  #place(time: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle] < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
