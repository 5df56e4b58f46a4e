import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';

/** How late an observation was, at least: from the event by which it was overdue to the one that looked. */
export class Ages {
  readonly #time: Float64Array;
  readonly #found: number[] = [];

  constructor({ time }: History) {
    this.#time = time;
  }

  add(since: number, looked: number): void {
    this.#found.push(this.ms(since, looked));
  }

  ms(since: number, looked: number): number {
    return (this.#time[looked] - this.#time[since]) / 1e6;
  }

  between(since: number, looked: number): string {
    return `${this.ms(since, looked).toFixed(1)} ms`;
  }

  /** How many there were, and percentiles of their ages in ms. */
  summary(): Json {
    const sorted = [...this.#found].sort((a, b) => a - b);
    const at = (q: number): number =>
      sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
    return { count: sorted.length, ageMs: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) } };
  }
}
