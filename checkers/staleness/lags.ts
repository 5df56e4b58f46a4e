import { INITIAL, type Registers } from '../session/registers.ts';

/**
 * How old each completed read was at least, by real time alone. Of the writes of its key that were acknowledged before
 * it began and had themselves begun after the version it returned had taken effect (its write returned, or a read
 * showed it), all are newer:
 *
 * - `versions` how many there are: the read was so many versions behind, at least
 * - `since` the completion (event) of the first of them to be acknowledged: since then at the latest the version was old; -1
 *   for a fresh read
 * - `latest` the completion (event) of the write that was acknowledged last before the read began, -1 if none was
 *
 * Entries of operations that are no attributable reads: versions = -1. O(n log n).
 */
export interface Lags {
  readonly versions: Int32Array;
  readonly since: Int32Array;
  readonly latest: Int32Array;
  /** By operation that wrote: the event by which its version had certainly taken effect; a large number if never. */
  readonly effect: Int32Array;
}

const NEVER = 0x7fffffff;

export function lagsOf(registers: Registers): Lags {
  const { count, keys, key, sees, writes, completed } = registers;
  const versions = new Int32Array(count).fill(-1);
  const since = new Int32Array(count).fill(-1);
  const latest = new Int32Array(count).fill(-1);
  const effect = new Int32Array(count).fill(NEVER);
  for (let op = 0; op < count; op++) {
    if (completed[op] < 0) continue;
    if (writes[op] === 1 && completed[op] < effect[op]) effect[op] = completed[op];
    const u = sees[op];
    if (u >= 0 && completed[op] < effect[u]) effect[u] = completed[op];
  }
  const byKey: number[][] = Array.from({ length: keys }, () => []);
  for (let op = 0; op < count; op++) if (completed[op] >= 0) byKey[key[op]].push(op);
  for (const ops of byKey) judgeKey(registers, ops, { versions, since, latest, effect });
  return { versions, since, latest, effect };
}

/** One key: reads and acknowledged writes, in order of invocation. */
function judgeKey({ invoked, completed, writes, sees }: Registers, ops: readonly number[], lags: Lags): void {
  const begun = ops.filter((op) => writes[op] === 1);
  /** By rank in order of invocation: the earliest completion among this write and those that began later. */
  const earliest = new Int32Array(begun.length + 1).fill(NEVER);
  for (let i = begun.length - 1; i >= 0; i--) earliest[i] = Math.min(earliest[i + 1], completed[begun[i]]);
  const rankAfter = (event: number): number => {
    let [low, high] = [0, begun.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (invoked[begun[middle]] <= event) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const acknowledged = begun.map((op, rank) => ({ rank, at: completed[op] })).sort((a, b) => a.at - b.at);
  const returned = new Counts(begun.length);
  let next = 0;
  for (const op of ops) {
    const u = sees[op];
    // A compare-and-set that took effect is a write; what it replaced was the newest by its own account.
    if (writes[op] === 1 || (u < 0 && u !== INITIAL)) continue;
    for (; next < acknowledged.length && acknowledged[next].at < invoked[op]; next++)
      returned.add(acknowledged[next].rank);
    lags.latest[op] = next === 0 ? -1 : acknowledged[next - 1].at;
    const newer = rankAfter(u === INITIAL ? -1 : lags.effect[u]);
    lags.versions[op] = next - returned.below(newer);
    if (lags.versions[op] > 0) lags.since[op] = earliest[newer];
  }
}

/** How many of the ranks below a given one were added (Fenwick, 1994). */
class Counts {
  readonly #sums: Int32Array;

  constructor(size: number) {
    this.#sums = new Int32Array(size + 1);
  }

  add(rank: number): void {
    for (let i = rank + 1; i < this.#sums.length; i += i & -i) this.#sums[i]++;
  }

  below(rank: number): number {
    let sum = 0;
    for (let i = rank; i > 0; i -= i & -i) sum += this.#sums[i];
    return sum;
  }
}
