// How the partitions of one node are used: counted where requests come in, not replicated.
import type { PartitionsStatus } from './requests.ts';

/** Keys that are watched at a time: one of more than 1/64 of all requests is among them for sure. */
const WATCHED = 64;
/** So many of them are reported. */
const REPORTED = 5;
/** So many requests back, tokens are remembered. */
const RECENT = 256;

/**
 * The most frequent of a stream in little memory: Space-Saving (Metwally, Agrawal & El Abbadi, ICDT 2005). A count may
 * be too high, by at most requests / WATCHED, and is never too low.
 */
export class FrequentKeys {
  readonly #counts = new Map<string, number>();

  add(key: string): void {
    const known = this.#counts.get(key);
    if (known !== undefined || this.#counts.size < WATCHED) {
      this.#counts.set(key, (known ?? 0) + 1);
      return;
    }
    let least = key;
    let count = Infinity;
    for (const [other, seen] of this.#counts) if (seen < count) [least, count] = [other, seen];
    this.#counts.delete(least);
    this.#counts.set(key, count + 1);
  }

  /** The most frequent first. */
  top(): readonly (readonly [key: string, count: number])[] {
    return [...this.#counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, REPORTED);
  }
}

/** Requests of one node: how many, for which keys, and where in the token space the last ones were. */
export class Load {
  readonly #keys = new FrequentKeys();
  readonly #recent: string[] = [];
  #requests = 0;

  add(token: string, key: string): void {
    this.#recent[this.#requests % RECENT] = token;
    this.#requests += 1;
    this.#keys.add(key);
  }

  get status(): PartitionsStatus {
    return { requests: this.#requests, hot: this.#keys.top(), recent: this.#recent.slice() };
  }
}
