import { LEASE_MICROS, LEASE_TICKS } from './timing.ts';

/** A moment by a node's clock (µs), which may be set wrong, and by its timer, which stands still while it is paused. */
export interface Moment {
  readonly clock: number;
  readonly tick: number;
}

/**
 * Until when a leader knows that nobody else leads (Gray & Cheriton 1989; thesis §6.4.1): for a while after a
 * majority confirmed it, counted from when it asked. The while must be over by neither measure of time.
 */
export class Lease {
  #asked: { readonly round: number; readonly at: Moment }[] = [];
  #from: Moment | null = null;
  #given = false;
  readonly #trustsClock: boolean;

  /** `trustsClock`: the bug `stale-lease-under-clock-drift`, which asks the clock alone. */
  constructor(trustsClock: boolean) {
    this.#trustsClock = trustsClock;
  }

  /** A round of confirmation begins. */
  asked(round: number, at: Moment): void {
    this.#asked.push({ round, at });
  }

  /** A majority has answered rounds up to this one. */
  confirmed(round: number): void {
    let done = 0;
    while (done < this.#asked.length && this.#asked[done].round <= round) this.#from = this.#asked[done++].at;
    if (done > 0) this.#asked = this.#asked.slice(done);
  }

  /** Gives it up for good: another leader has been asked for, and may come at any time. */
  giveUp(): void {
    this.#given = true;
  }

  holds(now: Moment): boolean {
    if (this.#from === null || this.#given) return false;
    const elapsed = now.clock - this.#from.clock;
    if (this.#trustsClock) return elapsed < LEASE_MICROS;
    return elapsed >= 0 && elapsed < LEASE_MICROS && now.tick - this.#from.tick < LEASE_TICKS;
  }
}
