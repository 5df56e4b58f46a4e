/** What a fault does to a clock: sets it off true time, or lets it run too fast by so many percent; or both. */
export interface ClockSetting {
  readonly offsetMs?: number | undefined;
  readonly driftPercent?: number | undefined;
}

/** A node's own clock: true time, and what a fault has set it off by. It outlives the process. */
export class NodeClock {
  readonly #micros: () => number;
  /** At `#since` (true time, µs) it stood at `#stood`, and has run by `#drift` percent too fast ever since. */
  #since = 0;
  #stood = 0;
  #drift = 0;

  /** `micros`: true time, in whole µs. */
  constructor(micros: () => number, setting: ClockSetting = {}) {
    this.#micros = micros;
    this.set(setting);
  }

  /** What makes another clock that stands where this one does, and runs as fast. */
  get setting(): Required<ClockSetting> {
    return { offsetMs: (this.now() - this.#micros()) / 1000, driftPercent: this.#drift };
  }

  /** In whole µs. */
  now(): number {
    const passed = this.#micros() - this.#since;
    return this.#stood + passed + Math.floor((passed * this.#drift) / 100);
  }

  set({ offsetMs, driftPercent }: ClockSetting): void {
    const [now, stands] = [this.#micros(), this.now()];
    this.#since = now;
    this.#stood = offsetMs === undefined ? stands : now + Math.round(offsetMs * 1000);
    if (driftPercent !== undefined) this.#drift = driftPercent;
  }

  /** How long it takes in true time until so many ns have passed by this clock. */
  trueTime(ns: number): number {
    return this.#drift === 0 ? ns : Math.floor((ns * 100) / (100 + this.#drift));
  }
}
