/** What theory says of the share of keys that move: its mean, and the standard deviation of what a sample shows. */
export interface Movement {
  readonly mean: number;
  readonly deviation: number;
}

/** So many standard deviations: a sound store is accused once in 150,000 changes. */
const DEVIATIONS = 4.5;

/**
 * When one member joins N, or leaves N + 1 (sampled `keys`; members of one weight):
 * - a hash modulo: a key stays if its hash has the same rest by N and by N + 1, one in N + 1: N/(N+1) move;
 * - a ring: what the newcomer gets, V of T = (N+1)·V random arcs: Beta(V, T - V), mean 1/(N+1), variance
 *   N/(N+1)² / (T+1) (order statistics of the uniform distribution);
 * - slots, fixed partitions: the newcomer's share, 1/(N+1), but for rounding by one partition.
 * Null where keys decide (ranges), or where several members change at once.
 */
export function expectedMovement(
  scheme: string,
  before: readonly string[],
  after: readonly string[],
  vnodes: number,
  keys: number,
): Movement | null {
  const n = Math.min(before.length, after.length);
  const [less, more] = before.length < after.length ? [before, after] : [after, before];
  if (more.length !== n + 1 || !less.every((member) => more.includes(member))) return null;
  const sampled = (mean: number, variance: number): Movement => ({
    mean,
    deviation: Math.sqrt(variance + (mean * (1 - mean)) / keys),
  });
  const share = 1 / (n + 1);
  switch (scheme) {
    case 'modulo':
      return sampled(n * share, 0);
    case 'ring':
      return sampled(share, (share * n * share) / ((n + 1) * vnodes + 1));
    case 'slots':
      return sampled(share, (1 / 16_384) ** 2);
    case 'fixed':
      return null;
    default:
      return null;
  }
}

export function withinInterval(seen: number, { mean, deviation }: Movement): boolean {
  return Math.abs(seen - mean) <= DEVIATIONS * deviation;
}
