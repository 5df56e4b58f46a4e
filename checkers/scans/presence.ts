import type { Json } from '../../harness/history/event.ts';
import type { KeyVersions, Version } from './versions.ts';

/**
 * A stretch in which a key certainly was there: whoever begins after event `from` and ends before event `until` has to
 * see it. `by` is the write that put it there, and that was acknowledged at `from`.
 */
export interface Presence {
  readonly key: Json;
  readonly from: number;
  readonly until: number;
  readonly by: Version;
}

/**
 * When a key certainly was there, `isThere` saying of which rows that holds. Not to see it is legal iff some version
 * that is not there had begun before the look ended and was not certainly gone when it began: of those begun before
 * each moment, the one that is gone last decides.
 */
export function presencesOf({ key, versions }: KeyVersions, isThere: (row: Json) => boolean): Presence[] {
  const absent = versions.filter((v) => !v.failed && !isThere(v.row));
  const found: Presence[] = [];
  let last: Version | null = null;
  absent.forEach((version, i) => {
    if (last === null || version.gone > last.gone) last = version;
    const until = absent[i + 1]?.write ?? Infinity;
    if (last.by !== null && last.gone < until) found.push({ key, from: last.gone, until, by: last.by });
  });
  return found;
}

/** The keys that are certainly there at a moment, in order: for looks taken in order of their invocation. */
export class Present {
  readonly #coming: readonly Presence[];
  #next = 0;
  #active: Presence[] = [];

  constructor(presences: readonly Presence[]) {
    this.#coming = [...presences].sort((a, b) => a.from - b.from);
  }

  /** Those with a key from `from` (null: the first) up to and without `to` (null: the last) that a look must show. */
  during(invoked: number, completed: number, from: Json = null, to: Json = null): readonly Presence[] {
    for (; this.#next < this.#coming.length && this.#coming[this.#next].from < invoked; this.#next++) {
      const presence = this.#coming[this.#next];
      const at = this.#rank(presence.key);
      // A later stretch of the same key takes the place of an earlier one.
      const replaces = at < this.#active.length && compareKeys(this.#active[at].key, presence.key) === 0;
      this.#active.splice(at, replaces ? 1 : 0, presence);
    }
    const begin = from === null ? 0 : this.#rank(from);
    const end = to === null ? this.#active.length : this.#rank(to);
    const within = this.#active.slice(begin, end);
    if (within.some((p) => p.until < invoked)) this.#active = this.#active.filter((p) => p.until > invoked);
    return within.filter((p) => p.until > completed);
  }

  #rank(key: Json): number {
    let [low, high] = [0, this.#active.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.#active[middle].key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The order of keys: numbers by size, then strings by code unit, then anything else by its JSON. */
export function compareKeys(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [sortable(a), sortable(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function sortable(key: Json): string {
  if (typeof key === 'number') return '0';
  return typeof key === 'string' ? `1${key}` : `2${JSON.stringify(key)}`;
}
