import { fn } from '../harness/generator/operations.ts';
import type { Turn } from '../harness/generator/operations.ts';
import type { Operation } from '../harness/generator/types.ts';
import type { Random } from '../harness/runtime/types.ts';
import { paced, readEach } from './parts.ts';
import { defineWorkload, type Workload, type WorkloadContext } from './types.ts';

/** Keys that there are, for each of `keys`. */
const SPREAD = 200;
/** Keys that are read at the end: the last ones. */
const LAST = 300;
/** How many rows the celebrity has, and so has everybody else. */
const ROWS = 8;
/** Of ten operations, reads, where little is written. */
const READS = 9;

/**
 * Zipf's law with exponent 1: the k-th of n keys is asked for in proportion to 1/k (Breslau et al., Web caching and
 * Zipf-like distributions, INFOCOM 1999). Cumulative weights, whole numbers.
 */
export function zipf(n: number): (random: Random) => number {
  const cumulative: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= n; rank++) cumulative.push((sum += Math.floor(1_000_000 / rank)));
  return (random) => {
    const drawn = random.below(sum);
    let [low, high] = [0, n - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle] <= drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** A number as a text whose order is the number's, of so many digits. */
const digits = (value: number, count: number): string => String(value).padStart(count, '0');

type Ask = (turn: Turn) => Operation;

function hot(name: string, title: string, asking: (context: WorkloadContext) => Ask): Workload {
  return defineWorkload({
    name,
    title,
    port: 'hotspot',
    checkers: ['hot-spots', 'linearizability', 'staleness'],
    model: 'register',
    main: (context) => paced(context, fn(asking(context))),
    final: (_context, keys) => readEach(keys.slice(-LAST), [undefined]),
  });
}

/** The keys that are asked for most are neighbours: as the newest, or those of the largest customers, are. */
export const hotspot = hot(
  'hotspot',
  'Read and write keys of which few are asked for most (Zipf): which partition is hot, and what helps?',
  ({ keys }) => {
    const rankOf = zipf(keys * SPREAD);
    const width = String(keys * SPREAD - 1).length;
    return ({ n, random }) => {
      const key = digits(rankOf(random), width);
      return random.chance(0.5) ? { f: 'read', key } : { f: 'write', key, value: n + 1 };
    };
  },
);

/** Time stamps, serial numbers: whoever splits by ranges has all new keys in the last one. */
export const hotspotIncreasing = hot(
  'hotspot-increasing',
  'Write keys that only ever increase, and read the newest: does one partition get them all?',
  () =>
    ({ n, random }) =>
      random.below(10) < 8
        ? { f: 'write', key: digits(n, 8), value: n + 1 }
        : { f: 'read', key: digits(Math.max(0, n - 1 - random.below(50)), 8) },
);

/** Keys are lists `[who, row]`; of half of all operations `who` is one and the same. */
export const hotspotCelebrity = hot(
  'hotspot-celebrity',
  'Read and write rows of which half belong to one celebrity (composite keys): can its partition bear it?',
  ({ keys }) => {
    const all = keys * SPREAD;
    const width = String(all - 1).length;
    return ({ n, random }) => {
      const who = random.chance(0.5) ? all / 2 : random.below(all);
      const key = [digits(who, width), random.below(ROWS)];
      return random.below(10) < READS ? { f: 'read', key } : { f: 'write', key, value: n + 1 };
    };
  },
);
