import { checkWeights } from './buckets.ts';
import { BadMap, PartitionMap, type Assignment } from './map.ts';
import type { Scheme } from './scheme.ts';

/** Where keys that are numbers or words divide, when nobody says: by their first digits. */
function evenly(shards: number): string[] {
  if (shards > 100)
    throw new BadMap(`name the boundaries of ${shards} ranges: without, 100 shards are the most`);
  const digits = shards > 10 ? 2 : 1;
  const whole = digits === 1 ? 10 : 100;
  return Array.from({ length: shards - 1 }, (_, i) =>
    String(Math.floor(((i + 1) * whole) / shards)).padStart(digits, '0'),
  );
}

/**
 * Ranges of keys, as texts by code units: neighbours stay together, so that a scan visits few shards, and keys that grow
 * all meet in the last one. `boundaries`: where one range ends and the next begins; empty: by the first digits.
 * Members that come and go change as little as can be: one that joins takes half of a range, one that leaves gives its
 * ranges to a neighbour.
 */
export function range(boundaries: readonly string[], name = 'range'): Scheme {
  for (const [i, boundary] of boundaries.entries()) {
    if (boundary === '')
      throw new BadMap(`boundary ${i + 1} is empty: the first range begins before all keys`);
    if (i > 0 && boundary <= boundaries[i - 1])
      throw new BadMap(
        `boundary "${boundary}" does not come after "${boundaries[i - 1]}": the ranges ${i} and ${i + 1} would overlap`,
      );
  }
  return {
    name,
    tokenOf: (key) => key,
    place: (members) => {
      checkWeights(members);
      const heavy = members.find(({ weight }) => weight !== 1);
      if (heavy)
        throw new BadMap(
          `ranges have boundaries, not weights: ${heavy.shard} cannot have weight ${heavy.weight}`,
        );
      const bounds = boundaries.length > 0 ? boundaries : evenly(members.length);
      if (bounds.length + 1 < members.length)
        throw new BadMap(
          `${bounds.length} boundaries make ${bounds.length + 1} ranges: too few for ${members.length} shards`,
        );
      const los = ['', ...bounds];
      const perShard = los.length / members.length;
      return new PartitionMap(
        los.map((lo, i) => ({
          lo,
          hi: los[i + 1] ?? null,
          shard: members[Math.floor(i / perShard)].shard,
          epoch: 1,
        })),
      );
    },
    replace: (present, members) => {
      checkWeights(members);
      const stay = new Set(members.map(({ shard }) => shard));
      const next = handedToNeighbours(present.assignments, stay);
      const newcomers = members.filter(({ shard }) => next.every((one) => one.shard !== shard));
      return new PartitionMap(newcomers.reduce((map, { shard }) => withRangeFor(map, shard), next));
    },
  };
}

function handedToNeighbours(present: readonly Assignment[], stay: ReadonlySet<string>): Assignment[] {
  const next: Assignment[] = [];
  const heirs = present.filter(({ shard }) => stay.has(shard));
  if (heirs.length === 0) throw new BadMap('none of the shards that own something would be left');
  for (const one of present) {
    const heir = stay.has(one.shard) ? one.shard : (next.at(-1)?.shard ?? heirs[0].shard);
    next.push({ ...one, shard: heir });
  }
  return next;
}

/** Of whoever has most ranges, the last one; of the only one there is, what lies above the middle of its bounds. */
function withRangeFor(map: readonly Assignment[], shard: string): Assignment[] {
  const counts = new Map<string, number>();
  for (const one of map) counts.set(one.shard, (counts.get(one.shard) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const giver = [...counts].find(([, count]) => count === most)?.[0];
  const index = map.findLastIndex((one) => one.shard === giver);
  const given = map[index];
  if (most > 1) return map.map((one, i) => (i === index ? { ...one, shard } : one));
  const middle = between(given.lo, given.hi);
  return map.flatMap((one, i) =>
    i === index
      ? [
          { ...one, hi: middle },
          { ...one, lo: middle, shard },
        ]
      : [one],
  );
}

/** A text between two, near their middle as far as the first character that they do not share tells; `hi` null: no end. */
export function between(lo: string, hi: string | null): string {
  let shared = 0;
  while (hi !== null && shared < lo.length && lo[shared] === hi[shared]) shared++;
  const from = shared < lo.length ? lo.charCodeAt(shared) : 0x30;
  const to = hi === null ? 0x7f : hi.charCodeAt(shared);
  const middle = lo.slice(0, shared) + String.fromCharCode(from + Math.max(0, Math.floor((to - from) / 2)));
  const candidates = [middle, `${lo}O`, `${lo}!`];
  return candidates.find((one) => one > lo && (hi === null || one < hi)) ?? `${lo}\u0000`;
}
