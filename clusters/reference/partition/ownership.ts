import type { BugName } from '../bugs.ts';
import type { Fields, Reply } from '../replica/types.ts';
import { indexOf, overlap, told, withRange, type TokenRange } from './ranges.ts';
import type { OwnedRange, OwnershipState, PartitionChange } from './requests.ts';

type Assign = Extract<PartitionChange, { op: 'assign' }>;
type Refusal = Extract<Reply, { ok: false }>;

/** How far a move has come; in one epoch a shard is at one end of it only. */
const RANK: Readonly<Record<OwnershipState, number>> = {
  arriving: 1,
  copying: 1,
  leaving: 2,
  gone: 3,
  owned: 4,
};

/** Which ranges of tokens a shard owns: a part of the replicated state, changed by `assign` entries alone. */
export class Ownership {
  #ranges: readonly OwnedRange[] = [];
  readonly #bug: BugName | 'none';

  constructor(bug: BugName | 'none', image: readonly (readonly [string, Fields])[] = []) {
    this.#bug = bug;
    this.#ranges = image.map(([, fields]) => fields as unknown as OwnedRange);
  }

  get ranges(): readonly OwnedRange[] {
    return this.#ranges;
  }

  image(): readonly (readonly [string, Fields])[] {
    return this.#ranges.map((range) => [range.lo, { ...range }] as const);
  }

  /** Changes the ranges, unless any of them has seen a later order; says whether it did. */
  assign({ ranges, state, epoch, peer }: Assign): boolean {
    const outdated = this.#ranges.some(
      (known) =>
        (known.epoch > epoch || (known.epoch === epoch && RANK[known.state] >= RANK[state])) &&
        ranges.some((range) => overlap(known, range) !== null),
    );
    if (outdated) return false;
    for (const { lo, hi } of ranges) {
      const since = state === 'owned' ? epoch : this.#since({ lo, hi });
      this.#ranges = withRange(this.#ranges, { lo, hi, state, epoch, since, peer });
    }
    return true;
  }

  #since(range: TokenRange): number {
    return this.#ranges.reduce(
      (latest, known) => (overlap(known, range) === null ? latest : Math.max(latest, known.since)),
      0,
    );
  }

  /** The range that a token lies in, if this shard has ever had it. */
  of(token: string): OwnedRange | null {
    return this.#ranges[indexOf(this.#ranges, token)] ?? null;
  }

  /** Why the shard does not serve a token, or null. */
  refuses(token: string, isChange: boolean): Refusal | null {
    const range = this.of(token);
    if (range === null)
      return { ok: false, code: 'moved', message: `token ${JSON.stringify(token)} is not this shard’s` };
    const { lo, hi, epoch, peer } = range;
    switch (range.state) {
      case 'owned':
      case 'copying':
        return null;
      case 'leaving':
        return isChange
          ? {
              ok: false,
              code: 'moving',
              message: `${told(range)} is being handed over to ${peer ?? 'nobody'}`,
            }
          : null;
      case 'arriving':
        return {
          ok: false,
          code: 'moving',
          message: `${told(range)} has not come from ${peer ?? 'nobody'} yet`,
        };
      case 'gone':
        if (this.#bug === 'stale-directory-honoured') return null;
        return {
          ok: false,
          code: 'moved',
          message: `${told(range)} belongs to ${peer ?? 'nobody'} since epoch ${epoch}`,
          ...(peer === null ? {} : { owner: { lo, hi, shard: peer, epoch } }),
        };
    }
  }
}
