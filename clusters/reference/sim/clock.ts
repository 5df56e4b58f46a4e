import type { Clock } from '../../../harness/runtime/types.ts';

/** A node's own clock: true time, and what a fault has set it off by. It outlives the process. */
export class NodeClock {
  readonly #clock: Clock;
  #offset = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In whole µs. */
  now(): number {
    return Math.floor(this.#clock.now() / 1000) + this.#offset;
  }

  setOffset(ms: number): void {
    this.#offset = Math.round(ms * 1000);
  }
}
