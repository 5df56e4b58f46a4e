import type { Rebalanced, Rebalancing } from '../../../harness/cluster.ts';
import { BadMap, byName, type Assignment, type PartitionMap } from './maps/map.ts';
import { isIn, overlap, told } from './ranges.ts';
import type { MeasuredRange } from './requests.ts';
import { membersOf } from './partitioning.ts';
import type { Scheme } from './maps/scheme.ts';
import { hash32 } from '../replica/hash.ts';
import type { ChangeKind } from './directory-row.ts';
import type { Relief } from './hot.ts';
import type { Rebalancer } from './rebalancer.ts';

interface Measured extends Assignment {
  readonly rows: number;
  readonly middle: string | null;
}

/** What an operator can do to the shards that own data. */
export class ShardRebalancing implements Rebalancing {
  readonly #rebalancer: Rebalancer;
  readonly #scheme: Scheme;
  readonly #shards: readonly string[];
  readonly #weights: ReadonlyMap<string, number>;

  /** `shards`: all there are, spares among them. */
  constructor(
    rebalancer: Rebalancer,
    scheme: Scheme,
    shards: readonly string[],
    weights: ReadonlyMap<string, number>,
  ) {
    this.#rebalancer = rebalancer;
    this.#scheme = scheme;
    this.#shards = shards;
    this.#weights = weights;
  }

  members(): readonly string[] {
    return this.#rebalancer.map.shards;
  }

  join(): Promise<Rebalanced> {
    return this.#spare === null ? this.#leave() : this.#join(this.#spare);
  }

  leave(): Promise<Rebalanced> {
    return this.members().length < 2 && this.#spare !== null ? this.#join(this.#spare) : this.#leave();
  }

  /** The upper half of the partition with most rows goes to the shard with fewest, or to a spare. */
  split(): Promise<Rebalanced> {
    return this.splitAbove(1);
  }

  /** The same, if that partition has more rows than this. Rejects if none has. */
  async splitAbove(rows: number): Promise<Rebalanced> {
    const measured = await this.#measured();
    const largest = measured.reduce<Measured | null>(
      (most, one) => (one.middle !== null && one.rows > (most?.rows ?? rows) ? one : most),
      null,
    );
    if (largest === null) return refuse(`no partition has more than ${rows} rows that could be parted`);
    const { lo, hi, shard } = largest;
    const middle = largest.middle as string;
    const to = this.#emptiest(measured, shard);
    if (to === null) return refuse('there is no other shard to take a part');
    return this.#begin(
      `${told({ lo, hi })} of ${shard} is split at ${JSON.stringify(middle)}: the rest to ${to}`,
      'split',
      (map) =>
        map.ownerOf(middle).shard === shard ? map.with([{ lo: middle, hi, shard: to, epoch: 0 }]) : map,
    );
  }

  /** Of two neighbours that have the fewest rows between them, the second goes to the first one's shard. */
  async merge(): Promise<Rebalanced> {
    const measured = await this.#measured();
    let least: { readonly first: Measured; readonly second: Measured } | null = null;
    for (const [i, second] of measured.entries()) {
      const first = measured[i - 1];
      if (i === 0 || first.shard === second.shard) continue;
      if (least === null || first.rows + second.rows < least.first.rows + least.second.rows)
        least = { first, second };
    }
    if (least === null) return refuse('one shard has everything: there are no neighbours to merge');
    const { first, second } = least;
    const { lo, hi } = second;
    return this.#begin(
      `${told(second)} of ${second.shard} goes to its neighbour’s ${first.shard}`,
      'merge',
      (map) => map.with([{ lo, hi, shard: first.shard, epoch: 0 }]),
    );
  }

  /** A range goes where it is asked for less, if it still belongs to whom it is to be taken from. */
  relieve({ from, lo, hi, to }: Relief): Promise<Rebalanced> {
    return this.#begin(
      `${told({ lo, hi })} of ${from.shard} is asked for too much: to ${to}`,
      'split',
      (map) => (map.ownerOf(lo).shard === from.shard ? map.with([{ lo, hi, shard: to, epoch: 0 }]) : map),
    );
  }

  get #spare(): string | null {
    const present = this.members();
    return this.#shards.find((shard) => !present.includes(shard)) ?? null;
  }

  #join(spare: string): Promise<Rebalanced> {
    return this.#begin(`${spare} joins`, 'members', (map) =>
      this.#placed(map, [spare, ...map.shards.filter((s) => s !== spare)]),
    );
  }

  #leave(): Promise<Rebalanced> {
    const last = this.members().at(-1) as string;
    if (this.members().length < 2) return refuse('the only shard there is cannot leave');
    const without = (map: PartitionMap) => map.shards.filter((shard) => shard !== last);
    return this.#begin(`${last} leaves`, 'members', (map) => this.#placed(map, without(map)));
  }

  /** The partitions of the map with the rows that their shards count in them, in order. */
  async #measured(): Promise<Measured[]> {
    const { map } = this.#rebalancer;
    const ranges = new Map<string, readonly MeasuredRange[]>();
    for (const shard of map.shards) {
      const { partition } = await this.#rebalancer.ask(shard, { op: 'ranges', at: 'leader' });
      ranges.set(shard, partition?.ranges ?? []);
    }
    return map.assignments.map((one) => {
      const inside = (ranges.get(one.shard) ?? []).filter((range) => overlap(range, one) !== null);
      const rows = inside.reduce((sum, range) => sum + range.rows, 0);
      const widest = inside.reduce<MeasuredRange | null>(
        (most, range) => (range.rows > (most?.rows ?? 0) ? range : most),
        null,
      );
      const middle = widest?.middle ?? null;
      return {
        ...one,
        rows,
        middle: middle !== null && middle > one.lo && isIn(middle, one) ? middle : null,
      };
    });
  }

  #emptiest(measured: readonly Measured[], except: string): string | null {
    const rows = new Map(this.members().map((shard) => [shard, 0]));
    for (const one of measured) rows.set(one.shard, (rows.get(one.shard) ?? 0) + one.rows);
    rows.delete(except);
    const [best] = [...rows].sort(([a, x], [b, y]) => x - y || byName(a, b));
    return (best as typeof best | undefined)?.[0] ?? this.#spare;
  }

  #placed(map: PartitionMap, shards: readonly string[]): PartitionMap {
    // Whoever lists members lists them in an order of his own, which must not matter.
    const listed = [...shards].sort(
      (a, b) => hash32(`${shards.length}${a}`) - hash32(`${shards.length}${b}`),
    );
    return this.#scheme.replace(map, membersOf(listed, this.#weights));
  }

  #begin(what: string, kind: ChangeKind, wanted: (map: PartitionMap) => PartitionMap): Promise<Rebalanced> {
    const rebalancer = this.#rebalancer;
    const { rows, steps } = rebalancer;
    try {
      wanted(rebalancer.map);
    } catch (error) {
      if (error instanceof BadMap) return refuse(error.message);
      throw error;
    }
    let over = false;
    void rebalancer.become(kind, wanted).then(() => (over = true));
    return Promise.resolve({
      what,
      progress: () => ({
        over,
        felt: rebalancer.steps > steps,
        keys: rebalancer.rows - rows,
        told: over ? 'it is over' : rebalancer.progress,
      }),
    });
  }
}

function refuse(why: string): Promise<never> {
  return Promise.reject(new Error(why));
}
