import { hash32 } from '../../replica/hash.ts';
import { checkWeights } from './buckets.ts';
import { BadMap, PartitionMap, byName, type Assignment } from './map.ts';
import type { Member, Scheme } from './scheme.ts';

export interface RingOptions {
  /** Points on the ring for each unit of weight. */
  readonly vnodes: number;
  /** The ring has 2^bits positions; 32, unless ties are wanted. */
  readonly bits?: number;
  /** The defect `virtual-node-order-tie`: of two points at one position, whichever member is listed later has it. */
  readonly tieByOrder?: boolean;
}

/**
 * Consistent hashing (Karger et al., STOC 1997) with virtual nodes (Stoica et al., Chord, SIGCOMM 2001; DeCandia et al.,
 * Dynamo, SOSP 2007): members have points on a ring, and own the arc that ends at each. Of points at one position the
 * one counts whose member comes first by name, in whatever order members are listed.
 */
export class HashRing {
  /** Positions, ascending, each once; the arc that ends there belongs to `owners[i]`, an index of `members`. */
  readonly positions: Uint32Array;
  readonly owners: Uint16Array;
  readonly members: readonly string[];
  /** By the upper 16 bits of a position: the first point that is not below all such positions. */
  readonly #starts = new Uint32Array(65_536);

  /** @throws BadMap */
  constructor(members: readonly Member[], { vnodes, bits = 32, tieByOrder = false }: RingOptions) {
    checkWeights(members);
    if (!Number.isSafeInteger(vnodes) || vnodes < 1 || vnodes > 65_536)
      throw new BadMap(`vnodes=${vnodes}: use a whole number from 1 to 65536`);
    if (members.length > 65_535) throw new BadMap(`${members.length} members are too many: 65535 at most`);
    const ordered = tieByOrder
      ? [...members].reverse()
      : [...members].sort((a, b) => byName(a.shard, b.shard));
    this.members = ordered.map(({ shard }) => shard);
    const points: (readonly [position: number, owner: number])[] = [];
    for (const [owner, { shard, weight }] of ordered.entries())
      for (let i = 0; i < vnodes * weight; i++) points.push([hash32(`${shard}#${i}`) >>> (32 - bits), owner]);
    points.sort(([a, x], [b, y]) => a - b || x - y);
    const distinct = points.filter(([position], i) => i === 0 || points[i - 1][0] !== position);
    this.positions = Uint32Array.from(distinct, ([position]) => position);
    this.owners = Uint16Array.from(distinct, ([, owner]) => owner);
    let point = 0;
    for (let upper = 0; upper < 65_536; upper++) {
      while (point < this.positions.length && this.positions[point] >>> 16 < upper) point++;
      this.#starts[upper] = point;
    }
  }

  /** The index, in `members`, of whoever owns a position: the first point at or after it, going round. */
  ownerAt(position: number): number {
    const { positions } = this;
    const upper = position >>> 16;
    let low = this.#starts[upper];
    let high = upper === 0xffff ? positions.length : this.#starts[upper + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (positions[middle] < position) low = middle + 1;
      else high = middle;
    }
    return this.owners[low === positions.length ? 0 : low];
  }
}

/** The ring as ranges of tokens: the position in hexadecimal digits. */
export function ring(options: RingOptions): Scheme {
  const { bits = 32 } = options;
  if (!Number.isSafeInteger(bits) || bits < 1 || bits > 32)
    throw new BadMap(`ringBits=${bits}: use a whole number from 1 to 32`);
  const token = (position: number) => position.toString(16).padStart(8, '0');
  const place = (members: readonly Member[]): PartitionMap => {
    const { positions, owners, members: names } = new HashRing(members, options);
    const assignments: Assignment[] = [];
    let lo = '';
    const add = (hi: string | null, shard: string): void => {
      const last = assignments.at(-1);
      if (last?.shard === shard) assignments[assignments.length - 1] = { ...last, hi };
      else assignments.push({ lo, hi, shard, epoch: 1 });
      lo = hi ?? '';
    };
    // An arc ends with its point: the next begins one position on.
    for (const [i, position] of positions.entries())
      if (position !== 0xffffffff) add(token(position + 1), names[owners[i]]);
    const last = positions.at(-1) === 0xffffffff ? owners.at(-1) : owners[0];
    add(null, names[last as number]);
    return new PartitionMap(assignments);
  };
  return {
    name: 'ring',
    tokenOf: (key) => token(hash32(key) >>> (32 - bits)),
    place,
    replace: (_present, members) => place(members),
  };
}
