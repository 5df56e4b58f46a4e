import type { Json } from '../../../harness/history/event.ts';
import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';

/**
 * What one client has read, for a while: a remedy for keys that all read. What it gives was the newest when it was asked
 * for, at most `forMs` ago; what the client itself writes it forgets, so that it sees its own writes.
 */
export class ReadCache {
  readonly #clock: Clock;
  readonly #forNs: number;
  readonly #known = new Map<string, { readonly value: Json; readonly until: number }>();

  constructor(clock: Clock, forMs: number) {
    this.#clock = clock;
    this.#forNs = forMs * MILLISECOND;
  }

  get(key: Json): Json | undefined {
    const known = this.#known.get(nameOf(key));
    return known !== undefined && this.#clock.now() < known.until ? known.value : undefined;
  }

  /** An operation on a key begins: what was known of it is forgotten. Returns what takes the value that it reads. */
  begin(key: Json): (value: Json) => void {
    this.#known.delete(nameOf(key));
    // From the question on, not from the answer: the answer may have been on its way for long.
    const until = this.#clock.now() + this.#forNs;
    return (value) => this.#known.set(nameOf(key), { value, until });
  }
}

function nameOf(key: Json): string {
  return JSON.stringify(key);
}
