import { EVERYTHING, gaps, indexOf, overlap, told, withRange, type TokenRange } from '../ranges.ts';

/** A range of tokens, the shard that owns it, and the epoch in which it came to it. */
export interface Assignment extends TokenRange {
  readonly shard: string;
  readonly epoch: number;
}

/** Why a map, or what it is made from, cannot be: one sentence, for exit code 64. */
export class BadMap extends Error {}

/** Who owns which tokens: all of them, each once. */
export class PartitionMap {
  /** In order, without gap or overlap. */
  readonly assignments: readonly Assignment[];

  /** @throws BadMap for a gap or an overlap. */
  constructor(assignments: readonly Assignment[]) {
    const sorted = [...assignments].sort((a, b) => (a.lo < b.lo ? -1 : 1));
    for (const [i, one] of sorted.entries()) {
      if (one.hi !== null && one.hi <= one.lo) throw new BadMap(`the partition ${told(one)} is empty`);
      const common = i === 0 ? null : overlap(sorted[i - 1], one);
      if (common !== null)
        throw new BadMap(
          `the partitions ${told(sorted[i - 1])} of ${sorted[i - 1].shard} and ${told(one)} of ${one.shard} overlap in ${told(common)}`,
        );
    }
    const [gap] = gaps(sorted);
    if (gap !== undefined) throw new BadMap(`no partition holds the tokens ${told(gap)}`);
    this.assignments = sorted;
  }

  ownerOf(token: string): Assignment {
    return this.assignments[indexOf(this.assignments, token)];
  }

  /** The latest epoch in it. */
  get latest(): number {
    return this.assignments.reduce((latest, { epoch }) => Math.max(latest, epoch), 0);
  }

  /** The shards that own something, in order of their names. */
  get shards(): readonly string[] {
    return [...new Set(this.assignments.map(({ shard }) => shard))].sort(byName);
  }

  /** The shards that own any of these tokens, in the order of the tokens. */
  shardsOf(range: TokenRange): readonly string[] {
    return [
      ...new Set(this.assignments.filter((one) => overlap(one, range) !== null).map(({ shard }) => shard)),
    ];
  }

  /** What a shard owns. */
  rangesOf(shard: string): readonly Assignment[] {
    return this.assignments.filter((one) => one.shard === shard);
  }

  /** With these ranges owned so, in the place of who owned them. */
  with(assignments: readonly Assignment[]): PartitionMap {
    let next = this.assignments;
    for (const one of assignments) next = withRange(next, one);
    return new PartitionMap(next);
  }

  /** As it is told by a server that may know better, or worse: the later epoch counts. */
  learn(told: Assignment): PartitionMap {
    const known = this.assignments.filter((one) => overlap(one, told) !== null);
    return known.every((one) => one.epoch <= told.epoch) ? this.with([told]) : this;
  }
}

/** A map of one owner. */
export function ownedBy(shard: string, epoch: number): PartitionMap {
  return new PartitionMap([{ ...EVERYTHING, shard, epoch }]);
}

/** s2 comes before s10. */
export function byName(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** Ranges that go from one shard to another. */
export interface PlannedMove {
  readonly from: string;
  readonly to: string;
  readonly ranges: readonly TokenRange[];
}

/** What must move for `wanted` to hold where `present` does: nothing that stays with its owner is in it. */
export function plan(present: PartitionMap, wanted: PartitionMap): PlannedMove[] {
  const moves = new Map<string, { from: string; to: string; ranges: TokenRange[] }>();
  let at = 0;
  for (const next of wanted.assignments) {
    while (present.assignments[at].hi !== null && (present.assignments[at].hi as string) <= next.lo) at++;
    for (let i = at; i < present.assignments.length; i++) {
      const now = present.assignments[i];
      if (next.hi !== null && now.lo >= next.hi) break;
      const range = overlap(now, next);
      if (range === null || now.shard === next.shard) continue;
      const pair = `${now.shard} ${next.shard}`;
      const move = moves.get(pair) ?? { from: now.shard, to: next.shard, ranges: [] };
      moves.set(pair, move);
      const last = move.ranges.at(-1);
      if (last?.hi === range.lo) move.ranges[move.ranges.length - 1] = { lo: last.lo, hi: range.hi };
      else move.ranges.push(range);
    }
  }
  return [...moves.values()];
}
