import type { Rebalanced, Rebalancing } from '../../../harness/cluster.ts';
import { BadMap, type PartitionMap } from './maps/map.ts';
import { membersOf } from './partitioning.ts';
import type { Scheme } from './maps/scheme.ts';
import type { Rebalancer } from './rebalancer.ts';

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
    const present = this.members();
    const spare = this.#shards.find((shard) => !present.includes(shard));
    if (spare === undefined) return refuse('there is no spare shard that could join');
    // Whoever joins is listed first: the order of a list must not matter.
    return this.#begin(`${spare} joins`, (map) => this.#placed(map, [spare, ...map.shards]));
  }

  leave(): Promise<Rebalanced> {
    const present = this.members();
    const last = present.at(-1);
    if (last === undefined || present.length < 2) return refuse('the last shard that owns data cannot leave');
    return this.#begin(`${last} leaves`, (map) =>
      this.#placed(
        map,
        map.shards.filter((shard) => shard !== last),
      ),
    );
  }

  async split(): Promise<Rebalanced> {
    return refuse('not yet');
  }

  async merge(): Promise<Rebalanced> {
    return refuse('not yet');
  }

  #placed(map: PartitionMap, shards: readonly string[]): PartitionMap {
    return this.#scheme.replace(map, membersOf(shards, this.#weights));
  }

  async #begin(what: string, wanted: (map: PartitionMap) => PartitionMap): Promise<Rebalanced> {
    const rebalancer = this.#rebalancer;
    if (rebalancer.pending > 0) return refuse(`an earlier move is still under way: ${rebalancer.progress}`);
    const rows = rebalancer.moved.rows;
    const done = rebalancer.moved.moves;
    const moves = await rebalancer.become(wanted).catch((error: unknown) => {
      throw error instanceof BadMap ? new Error(error.message) : error;
    });
    const shards = [...new Set(moves.flatMap(({ from, to }) => [from, to]))];
    return {
      what: `${what}: ${moves.length} moves between ${shards.join(', ') || 'no shards'}`,
      shards,
      moves: moves.length,
      progress: () => ({
        done: rebalancer.moved.moves - done,
        keys: rebalancer.moved.rows - rows,
        told: rebalancer.progress,
      }),
    };
  }
}

function refuse(why: string): Promise<never> {
  return Promise.reject(new Error(why));
}
