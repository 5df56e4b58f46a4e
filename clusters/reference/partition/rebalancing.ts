import type { Rebalanced, Rebalancing } from '../../../harness/cluster.ts';
import type { Clock } from '../../../harness/runtime/types.ts';
import { BadMap, byName, type Assignment, type PartitionMap } from './maps/map.ts';
import { isIn, overlap, told } from './ranges.ts';
import type { MeasuredRange } from './requests.ts';
import { membersOf } from './partitioning.ts';
import type { Scheme } from './maps/scheme.ts';
import { hash32 } from '../replica/hash.ts';
import type { Relief } from './hot.ts';
import type { Change, Rebalancer } from './rebalancer.ts';
import { standing } from './standing.ts';

interface Measured extends Assignment {
  readonly rows: number;
  readonly middle: string | null;
}

/** A change, in words too. */
interface Order extends Change {
  readonly what: string;
}

/** What an operator can do to the shards that own data. */
export class ShardRebalancing implements Rebalancing {
  readonly #clock: Clock;
  readonly #rebalancer: Rebalancer;
  readonly #scheme: Scheme;
  readonly #shards: readonly string[];
  readonly #weights: ReadonlyMap<string, number>;

  /** `shards`: all there are, spares among them. */
  constructor(
    clock: Clock,
    rebalancer: Rebalancer,
    scheme: Scheme,
    shards: readonly string[],
    weights: ReadonlyMap<string, number>,
  ) {
    this.#clock = clock;
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
  splitAbove(rows: number): Promise<Rebalanced> {
    return this.#whenMeasured('the largest partition is to be split', (measured) => {
      const largest = measured.reduce<Measured | null>(
        (most, one) => (one.middle !== null && one.rows > (most?.rows ?? rows) ? one : most),
        null,
      );
      if (largest === null) throw new Refused(`no partition has more than ${rows} rows that could be parted`);
      const { lo, hi, shard } = largest;
      const middle = largest.middle as string;
      const to = this.#emptiest(measured, shard);
      if (to === null) throw new Refused('there is no other shard to take a part');
      return {
        what: `${told({ lo, hi })} of ${shard} is split at ${JSON.stringify(middle)}: the rest to ${to}`,
        kind: 'split',
        wanted: (map) => map.with([{ lo: middle, hi, shard: to, epoch: 0 }]),
      };
    });
  }

  /** Of two neighbours that have the fewest rows between them, the second goes to the first one's shard. */
  merge(): Promise<Rebalanced> {
    return this.#whenMeasured('the smallest neighbours are to be merged', (measured) => {
      let least: { readonly first: Measured; readonly second: Measured } | null = null;
      for (const [i, second] of measured.entries()) {
        const first = measured[i - 1];
        if (i === 0 || first.shard === second.shard) continue;
        if (least === null || first.rows + second.rows < least.first.rows + least.second.rows)
          least = { first, second };
      }
      if (least === null) throw new Refused('one shard has everything: there are no neighbours to merge');
      const { first, second } = least;
      const { lo, hi } = second;
      return {
        what: `${told(second)} of ${second.shard} goes to its neighbour’s ${first.shard}`,
        kind: 'merge',
        wanted: (map) => map.with([{ lo, hi, shard: first.shard, epoch: 0 }]),
      };
    });
  }

  /** A range goes where it is asked for less, if it still belongs to whom it is to be taken from. */
  relieve({ from, lo, hi, to }: Relief): Promise<Rebalanced> {
    return this.#begin({
      what: `${told({ lo, hi })} of ${from.shard} is asked for too much: to ${to}`,
      kind: 'split',
      wanted: (map) =>
        map.ownerOf(lo).shard === from.shard ? map.with([{ lo, hi, shard: to, epoch: 0 }]) : map,
    });
  }

  get #spare(): string | null {
    const present = this.members();
    return this.#shards.find((shard) => !present.includes(shard)) ?? null;
  }

  #join(spare: string): Promise<Rebalanced> {
    return this.#begin({
      what: `${spare} joins`,
      kind: 'members',
      wanted: (map) => this.#placed(map, [spare, ...map.shards.filter((s) => s !== spare)]),
    });
  }

  #leave(): Promise<Rebalanced> {
    const last = this.members().at(-1) as string;
    if (this.members().length < 2) return Promise.reject(new Refused('the only shard there is cannot leave'));
    const without = (map: PartitionMap) => map.shards.filter((shard) => shard !== last);
    return this.#begin({
      what: `${last} leaves`,
      kind: 'members',
      wanted: (map) => this.#placed(map, without(map)),
    });
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

  #begin(order: Order): Promise<Rebalanced> {
    const rebalancer = this.#rebalancer;
    try {
      order.wanted(rebalancer.map);
    } catch (error) {
      if (error instanceof BadMap) return Promise.reject(new Refused(error.message));
      throw error;
    }
    const progress = this.#progress();
    void rebalancer.become(() => Promise.resolve(order)).then(progress.end);
    return Promise.resolve({ what: order.what, progress: progress.now });
  }

  /** What is to be done is known when all shards have been asked; meanwhile the order stands. */
  #whenMeasured(what: string, plan: (measured: readonly Measured[]) => Order): Promise<Rebalanced> {
    const planned = new Promise<Rebalanced>((resolve, reject) => {
      let end = (): void => undefined;
      this.#rebalancer
        .become(async () => {
          const order = plan(await this.#measured());
          const progress = this.#progress();
          end = progress.end;
          resolve({ what: order.what, progress: progress.now });
          return order;
        })
        .then(() => end(), reject);
    });
    return standing(what, planned, this.#clock);
  }

  /** How an order stands that is begun now. */
  #progress(): { readonly now: Rebalanced['progress']; readonly end: () => void } {
    const rebalancer = this.#rebalancer;
    const { rows, steps } = rebalancer;
    let over = false;
    return {
      end: () => (over = true),
      now: () => ({
        over,
        felt: rebalancer.steps > steps,
        keys: rebalancer.rows - rows,
        told: over ? 'it is over' : rebalancer.progress,
      }),
    };
  }
}

/** There is nothing that could be done. */
class Refused extends Error {}
