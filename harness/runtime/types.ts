/**
 * Time, randomness and waiting, injected everywhere: the same runner, generators, nemeses and replicas run in
 * real time and in a simulator's virtual time. Nothing outside this folder may call Date.now, Math.random,
 * performance.now or a bare timer (a lint rule says so).
 */
export interface Runtime {
  readonly clock: Clock;
  readonly random: (stream: string) => Random;
}

export interface Clock {
  /** Integer nanoseconds since the run began; monotonic. */
  now(): number;
  /** Resolves after `ns` nanoseconds, or at once (normally, not by rejecting) when `signal` is aborted. */
  sleep(ns: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fire` once after `ns`, unless cancelled. */
  after(ns: number, fire: () => void): Cancel;
  /**
   * Like {@link after}, of a `fire` that settles no promise and aborts no signal: virtual time then need not look for
   * who was woken, and goes on to the next event at once.
   */
  quietly(ns: number, fire: () => void): Cancel;
}

export type Cancel = () => void;

/** A seeded stream of randomness. Streams of one seed are independent by name: using one never shifts another. */
export interface Random {
  /** Uniform integer in [0, n), n ≤ 2^31. */
  below(n: number): number;
  /** Uniform in [0, 1) with 32 bits: an integer divided by 2^32, exact on every machine. */
  unit(): number;
  /** True with probability p. */
  chance(p: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A new array with the items in random order. */
  shuffle<T>(items: readonly T[]): T[];
  /** A stream of its own, derived from this stream's name and `name`, not from its position. */
  fork(name: string): Random;
}

export const MILLISECOND = 1_000_000;
export const SECOND = 1_000_000_000;
