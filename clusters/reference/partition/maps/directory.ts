import { BadMap, PartitionMap, type Assignment } from './map.ts';
import { range } from './range.ts';
import type { Scheme } from './scheme.ts';

/** The range that holds this one key and no other. */
export function onlyKey(key: string): { readonly lo: string; readonly hi: string } {
  return { lo: key, hi: `${key}\u0000` };
}

/**
 * A routing table: any key or range of keys at any shard, as somebody has decided. `entries`: `FROM=SHARD` in order, the
 * first from the beginning of all keys: `=s1,m=s2,m3=s1`; empty: evenly, as ranges are.
 */
export function directory(entries: readonly string[]): Scheme {
  const ranges = range([], 'directory');
  if (entries.length === 0) return ranges;
  return {
    ...ranges,
    place: (members) => {
      const parsed = entries.map((entry) => {
        const at = entry.lastIndexOf('=');
        if (at < 0) throw new BadMap(`directory entry "${entry}" names no shard: write FROM=SHARD`);
        const shard = entry.slice(at + 1);
        if (!members.some((member) => member.shard === shard))
          throw new BadMap(
            `directory entry "${entry}" names a shard that is not there (${members.map((m) => m.shard).join(', ')})`,
          );
        return { lo: entry.slice(0, at), shard };
      });
      const sorted = parsed.map(({ lo, shard }, i): Assignment => ({
        lo,
        hi: parsed[i + 1]?.lo ?? null,
        shard,
        epoch: 1,
      }));
      return new PartitionMap(sorted);
    },
  };
}
