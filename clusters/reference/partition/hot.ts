// Where the load is, by what nodes tell of the requests they have had, and what would spread it: without I/O.
import type { Status } from '../replica/types.ts';
import { onlyKey } from './maps/directory.ts';
import { byName, type Assignment, type PartitionMap } from './maps/map.ts';
import type { Partitioning } from './partitioning.ts';
import { isIn } from './ranges.ts';

/** How a shard has been asked since it was looked at before. */
export interface ShardLoad {
  readonly shard: string;
  readonly requests: number;
  /** Tokens of the last requests, in order. */
  readonly tokens: readonly string[];
}

/** A range that is to go to another shard. */
export interface Relief {
  readonly from: Assignment;
  readonly lo: string;
  readonly hi: string | null;
  readonly to: string;
}

/** What a move must take from the busiest shard, as a part of its requests, to be worth it. */
const WORTH = 0.1;
/** Fewer tokens say nothing about halves. */
const ENOUGH = 32;

/** The load of each shard between two looks; null when a node has started anew since, and counts from 0 again. */
export function loadsOf(
  groups: Partitioning['groups'],
  before: ReadonlyMap<string, Status>,
  now: ReadonlyMap<string, Status>,
): ShardLoad[] | null {
  const loads: ShardLoad[] = [];
  for (const { shard, nodes } of groups) {
    let requests = 0;
    const tokens: string[] = [];
    for (const node of nodes) {
      const had = before.get(node)?.partitions?.requests ?? 0;
      const has = now.get(node)?.partitions;
      if (has === undefined) continue;
      if (has.requests < had) return null;
      requests += has.requests - had;
      if (has.requests > had) tokens.push(...has.recent);
    }
    loads.push({ shard, requests, tokens: tokens.sort() });
  }
  return loads;
}

/**
 * Splitting by load (as CockroachDB does; Taft et al., SIGMOD 2020, §2): of the partition that the busiest shard is asked
 * for most, the upper half of the requests goes to the least busy shard, or a spare. Null when no shard has had `least`
 * requests, or no boundary would part them: one key alone has most.
 */
export function splitByLoad(loads: readonly ShardLoad[], map: PartitionMap, least: number): Relief | null {
  const [busiest, idlest] = ends(loads);
  if (busiest.requests < least || busiest.tokens.length < ENOUGH) return null;
  const hottest = partitions(busiest, map).reduce((most, one) =>
    one.tokens.length > most.tokens.length ? one : most,
  );
  const { from, tokens } = hottest;
  let best: { readonly at: string; readonly below: number } | null = null;
  for (let i = 1; i < tokens.length; i++)
    if (tokens[i] !== tokens[i - 1] && (best === null || closer(i, best.below, tokens.length)))
      best = { at: tokens[i], below: i };
  if (best === null) return null;
  const moved = ((tokens.length - best.below) / busiest.tokens.length) * busiest.requests;
  return isWorth(moved, busiest, idlest) ? { from, lo: best.at, hi: from.hi, to: idlest.shard } : null;
}

/** A key with at least this share (per mille) of all requests gets a partition of its own, at the least busy shard. */
export function dedicated(
  loads: readonly ShardLoad[],
  map: PartitionMap,
  leastPerMille: number,
): Relief | null {
  const total = loads.reduce((sum, { requests }) => sum + requests, 0);
  const [busiest, idlest] = ends(loads);
  if (busiest.tokens.length < ENOUGH) return null;
  const [token, count] = commonest(busiest.tokens);
  const asked = (count / busiest.tokens.length) * busiest.requests;
  if (asked * 1000 < leastPerMille * total || count === busiest.tokens.length) return null;
  if (idlest.requests + asked > busiest.requests * (1 - WORTH)) return null;
  return { from: map.ownerOf(token), ...onlyKey(token), to: idlest.shard };
}

/** The busiest shard, and the least busy one: of several the first by name. */
function ends(loads: readonly ShardLoad[]): readonly [busiest: ShardLoad, idlest: ShardLoad] {
  const sorted = [...loads].sort((a, b) => b.requests - a.requests || byName(b.shard, a.shard));
  return [sorted[0], sorted[sorted.length - 1]];
}

function partitions(
  { shard, tokens }: ShardLoad,
  map: PartitionMap,
): { readonly from: Assignment; readonly tokens: readonly string[] }[] {
  return map.rangesOf(shard).map((from) => ({ from, tokens: tokens.filter((token) => isIn(token, from)) }));
}

function closer(below: number, than: number, of: number): boolean {
  return Math.abs(2 * below - of) < Math.abs(2 * than - of);
}

/** Does it relieve the one by more than it burdens the other? */
function isWorth(moved: number, from: ShardLoad, to: ShardLoad): boolean {
  return moved > from.requests * WORTH && to.requests + moved < from.requests * (1 - WORTH);
}

/** Of sorted texts. */
function commonest(sorted: readonly string[]): readonly [text: string, count: number] {
  let most: readonly [string, number] = ['', 0];
  for (let i = 0, first = 0; i < sorted.length; i++) {
    if (sorted[i] !== sorted[first]) first = i;
    if (i - first + 1 > most[1]) most = [sorted[i], i - first + 1];
  }
  return most;
}
