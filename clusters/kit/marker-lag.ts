import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';

/** How a database is asked: between two looks at a replica, ms, at least; and how long one sample takes at most, ms. */
export interface Pace {
  readonly pauseMs: number;
  /** What is not visible by then is as late as that, at least. */
  readonly patienceMs: number;
}

const SIMULATED: Pace = { pauseMs: 1, patienceMs: 800 };

/** Markers in a database: numbers that grow, kept where no workload looks. `deadline` in ns, by the run's clock. */
export interface Markers {
  /** Resolves with whether the leader acknowledged it. */
  write(leader: string, number: number, deadline: number): Promise<boolean>;
  /** The marker that a replica shows; -1: none yet, null: it does not answer. */
  read(replica: string, deadline: number): Promise<number | null>;
}

/**
 * The true replication lag, as a client would meet it: a marker is written at the leader, and read at each replica until
 * it is there. Beside it, a database's own gauge says what the database believes.
 */
export class MarkerLag {
  readonly #markers: Markers;
  readonly #clock: Clock;
  readonly #pace: Pace;
  /** When each marker was acknowledged, ns, by its number; null: it was not. */
  readonly #acknowledged: (number | null)[] = [];

  constructor(markers: Markers, clock: Clock, pace = SIMULATED) {
    this.#markers = markers;
    this.#clock = clock;
    this.#pace = pace;
  }

  /** `lag-true-ms:<replica>`: how late each is, in ms, rounded up; those that do not answer are left out. */
  async sample(leader: string, replicas: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const clock = this.#clock;
    const deadline = clock.now() + this.#pace.patienceMs * MILLISECOND;
    const number = this.#acknowledged.push(null) - 1;
    if (await this.#markers.write(leader, number, deadline)) this.#acknowledged[number] = clock.now();
    const lags = await Promise.all(replicas.map((replica) => this.#lagOf(replica, number, deadline)));
    return Object.fromEntries(
      replicas.flatMap((replica, i) => (lags[i] === null ? [] : [[`lag-true-ms:${replica}`, lags[i]]])),
    );
  }

  async #lagOf(replica: string, newest: number, deadline: number): Promise<number | null> {
    const clock = this.#clock;
    for (const begun = clock.now(); ;) {
      const seen = await this.#markers.read(replica, deadline);
      if (seen === null) return null;
      const overdue = this.#firstAfter(seen);
      if (overdue === null) return Math.ceil(Math.max(0, this.#since(newest, clock.now())) / MILLISECOND);
      const pause = Math.max(this.#pace.pauseMs * MILLISECOND, Math.floor((clock.now() - begun) / 8));
      if (clock.now() + pause >= deadline) return Math.ceil((clock.now() - overdue) / MILLISECOND);
      await clock.sleep(pause);
    }
  }

  #since(number: number, now: number): number {
    const at = this.#acknowledged[number];
    return at === null ? 0 : now - at;
  }

  /** When the first acknowledged marker after this one was acknowledged. */
  #firstAfter(seen: number): number | null {
    for (let i = seen + 1; i < this.#acknowledged.length; i++) {
      const at = this.#acknowledged[i];
      if (at !== null) return at;
    }
    return null;
  }
}
