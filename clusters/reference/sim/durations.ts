import type { Random } from '../../../harness/runtime/types.ts';

/**
 * How long something takes: its quantiles 0, 1/16, 2/16 … 1, in whole µs. Tables of integers, since logarithms and
 * powers differ in their last bits between engines, and one bit is enough to make another history.
 */
export type Durations = readonly number[];

/** From one node of a data centre to another, or from a client to a node. */
export const NETWORK: Durations = [
  45, 62, 70, 76, 81, 86, 91, 96, 102, 108, 115, 123, 134, 149, 174, 230, 900,
];

/** From one data centre of a region to another. */
export const BETWEEN_SITES: Durations = [
  4000, 4600, 5000, 5300, 5600, 5800, 6000, 6200, 6400, 6700, 7000, 7400, 7900, 8600, 9800, 12_500, 40_000,
];

/** A sync of the log on a solid-state disk of the better kind, with the pauses that these have. */
export const SYNC: Durations = [
  70, 90, 102, 112, 121, 130, 139, 148, 158, 170, 184, 201, 224, 258, 320, 480, 4000,
];

/** From the start of a server process to its first answer. */
export const BOOT: Durations = [
  30_000, 34_000, 36_000, 38_000, 40_000, 42_000, 44_000, 46_000, 48_000, 51_000, 54_000, 58_000, 63_000,
  70_000, 80_000, 95_000, 160_000,
];

/** Between two neighbours of the table, so many steps. */
const STEPS = 1024;

/** A random duration, in ns: quantiles are joined by straight lines. */
export function draw(random: Random, table: Durations): number {
  const at = random.below((table.length - 1) * STEPS);
  const quantile = Math.floor(at / STEPS);
  const [from, to] = [table[quantile], table[quantile + 1]];
  return (from + Math.floor(((to - from) * (at % STEPS)) / STEPS)) * 1000;
}
