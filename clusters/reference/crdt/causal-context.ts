/** The `count`-th event of an actor: the name of one write, never used twice. */
export interface Dot {
  readonly actor: string;
  readonly count: number;
}

/**
 * Which events somebody has seen: of each actor all up to a count (a version vector), and beyond that single ones
 * (the cloud, sorted), for updates may overtake each other. After Almeida, Shoker & Baquero, Delta state replicated
 * data types, 2018; dotted version vectors are those of Preguiça et al., 2010.
 */
export interface CausalContext {
  readonly vector: Readonly<Record<string, number>>;
  readonly cloud: readonly Dot[];
}

export const NOTHING_SEEN: CausalContext = { vector: {}, cloud: [] };

export function hasSeen({ vector, cloud }: CausalContext, { actor, count }: Dot): boolean {
  if (count <= (vector[actor] ?? 0)) return true;
  return cloud.some((dot) => dot.actor === actor && dot.count === count);
}

/** These events and no others. */
export function contextOf(dots: readonly Dot[]): CausalContext {
  return compacted({}, dots);
}

export function mergeContexts(a: CausalContext, b: CausalContext): CausalContext {
  const vector: Record<string, number> = { ...a.vector };
  for (const [actor, count] of Object.entries(b.vector)) vector[actor] = Math.max(vector[actor] ?? 0, count);
  return compacted(vector, [...a.cloud, ...b.cloud]);
}

/** By actor, then by count. */
export function compareDots(a: Dot, b: Dot): number {
  if (a.actor !== b.actor) return a.actor < b.actor ? -1 : 1;
  return a.count - b.count;
}

/** Events of the cloud that follow the vector without a gap belong to the vector. */
function compacted(from: Readonly<Record<string, number>>, dots: readonly Dot[]): CausalContext {
  if (dots.length === 0) return { vector: from, cloud: [] };
  const vector: Record<string, number> = { ...from };
  const cloud: Dot[] = [];
  for (const { actor, count } of [...dots].sort(compareDots)) {
    const seen = vector[actor] ?? 0;
    const last = cloud.at(-1);
    if (count === seen + 1) vector[actor] = count;
    else if (count > seen && (last?.actor !== actor || last.count !== count)) cloud.push({ actor, count });
  }
  return { vector, cloud };
}
