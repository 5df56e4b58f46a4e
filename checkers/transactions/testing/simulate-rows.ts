import type { Json } from '../../../harness/history/event.ts';
import { returned } from './oracle.ts';
import type { Micro, Txn } from './histories.ts';
import { stream } from './simulate.ts';

export interface RowLoad {
  readonly transactions: number;
  readonly seed: number;
  /** How likely a read is to see a version that has been overwritten, or none. */
  readonly stale: number;
  readonly predicates: boolean;
}

const KEYS = ['x', 'y', 'z'] as const;
const PROCESSES = 4;

/**
 * Small transactions over registers, four at a time, each at one moment of its own but for reads that are stale; a few
 * fail or are indeterminate. With `predicates`, also deletes and reads by predicate.
 */
export function simulateRows({ transactions, seed, stale, predicates }: RowLoad): Txn[] {
  const random = stream(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const clocks = Array.from({ length: PROCESSES }, (_, p) => p);
  const names = Array.from({ length: PROCESSES }, (_, p) => p);
  const begun = Array.from({ length: transactions }, (_, t) => {
    const p = t % PROCESSES;
    const at = clocks[p];
    const until = at + 1 + below(12);
    clocks[p] = until + 1;
    return { t, p, at, until };
  }).sort((a, b) => a.until - b.until || a.t - b.t);
  const versions = new Map<Json, Json[]>(KEYS.map((key) => [key, [null]]));
  let value = 0;
  const seen = (key: Json): Json => {
    const all = versions.get(key) ?? [null];
    return all[random() < stale ? below(all.length) : all.length - 1];
  };
  return begun
    .map(({ p, at, until }): Txn => {
      const own = new Map<Json, Json>();
      const read = new Map<Json, Json>();
      const held = (key: Json): Json => {
        if (own.has(key)) return own.get(key) ?? null;
        if (!read.has(key)) read.set(key, seen(key));
        return read.get(key) ?? null;
      };
      const micro = Array.from({ length: 1 + below(3) }, (): Micro => {
        const key = KEYS[below(KEYS.length)];
        if (predicates && below(4) === 0) {
          const about = below(2) === 0 ? { keys: [...KEYS] } : { keys: [...KEYS], mod: 2, is: below(2) };
          return ['rp', about, returned(about, new Map(KEYS.map((each) => [each, held(each)])))];
        }
        if (below(2) === 0) return ['r', key, held(key)];
        own.set(key, predicates && below(6) === 0 ? null : ++value);
        return ['w', key, own.get(key) ?? null];
      });
      const luck = below(16);
      if (luck !== 0) for (const [key, written] of own) versions.get(key)?.push(written);
      const process = names[p];
      if (luck === 1) names[p] += PROCESSES;
      return { process, at, until, micro, type: luck === 0 ? 'fail' : luck === 1 ? 'info' : 'ok' };
    })
    .sort((a, b) => a.at - b.at);
}
