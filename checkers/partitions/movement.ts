/** A share of all keys, as theory has it: its mean, and the standard deviation of what a sample shows. */
export interface Expected {
  readonly mean: number;
  readonly deviation: number;
}

/** How keys are placed: what theory goes by. */
export interface Placing {
  readonly scheme: string;
  /** Ring: points for each unit of weight. */
  readonly vnodes: number;
  /** Slots and fixed partitions: how many there are. */
  readonly buckets: number;
  /** By member; one that is not named has weight 1. */
  readonly weights: Readonly<Record<string, number>>;
}

/** So many standard deviations: a sound store is accused once in 150,000 changes. */
const DEVIATIONS = 4.5;

/**
 * The share of the keys that move when one member joins N, or leaves N + 1, of which `keys` were sampled:
 * - a hash modulo: a key stays if its hash has the same rest by N and by N + 1, one in N + 1: N/(N+1) move;
 * - everywhere else what moves is the newcomer's share: see {@link expectedShare}.
 * Null where keys decide (ranges), or where several members change at once.
 */
export function expectedMovement(
  placing: Placing,
  before: readonly string[],
  after: readonly string[],
  keys: number,
): Expected | null {
  const [less, more] = before.length < after.length ? [before, after] : [after, before];
  const newcomers = more.filter((member) => !less.includes(member));
  if (newcomers.length !== 1 || more.length !== less.length + 1) return null;
  if (placing.scheme !== 'modulo') return expectedShare(placing, more, newcomers[0], keys);
  return sampled(less.length / more.length, 0, keys);
}

/**
 * The share of the keys that a member has. In the mean that of its weight, w of W:
 * - a hash modulo: 1/N;
 * - a ring: V·w of T = V·W random arcs: Beta(V·w, T - V·w), variance p (1 - p) / (T + 1) (order statistics of the uniform
 *   distribution);
 * - slots, fixed partitions: but for rounding by one partition.
 * Null where keys decide.
 */
export function expectedShare(
  { scheme, vnodes, buckets, weights }: Placing,
  members: readonly string[],
  member: string,
  keys: number,
): Expected | null {
  const weightOf = (name: string): number => weights[name] ?? 1;
  const total = members.reduce((sum, name) => sum + weightOf(name), 0);
  const mean = weightOf(member) / total;
  switch (scheme) {
    case 'modulo':
      return sampled(1 / members.length, 0, keys);
    case 'ring':
      return sampled(mean, (mean * (1 - mean)) / (vnodes * total + 1), keys);
    case 'slots':
    case 'fixed':
      return sampled(mean, (1 / buckets) ** 2, keys);
    default:
      return null;
  }
}

/** The share itself varies; so does what a sample of keys shows of it. */
function sampled(mean: number, variance: number, keys: number): Expected {
  return { mean, deviation: Math.sqrt(variance + (mean * (1 - mean)) / keys) };
}

export function withinInterval(seen: number, { mean, deviation }: Expected): boolean {
  return Math.abs(seen - mean) <= DEVIATIONS * deviation;
}
