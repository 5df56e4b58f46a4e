/** A shard is hot that has more than so many times the mean of the shards that own data. */
export const SHARD_OVER_MEAN = 1.5;
/** A key is hot that has more than this share of all answers: no split makes it less. */
export const KEY_SHARE = 0.1;
/** So many standard deviations: chance says so once in 300,000 windows. */
const DEVIATIONS = 4.5;

/** Is a share of `count` in `of` above the threshold, whatever chance did (normal approximation of the binomial)? */
export function atLeast(count: number, of: number, threshold: number): boolean {
  if (of === 0) return false;
  const share = count / of;
  // The threshold's own spread: a share of exactly that much shows so little above it.
  return share - threshold > DEVIATIONS * Math.sqrt((threshold * Math.max(0, 1 - threshold)) / of);
}
