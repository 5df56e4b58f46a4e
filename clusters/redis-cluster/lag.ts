import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { MarkerLag, type Markers } from '../kit/marker-lag.ts';
import { named } from '../kit/server-node.ts';
import { LAG_PACE } from '../redis/lag.ts';
import type { ClusterNode } from './node.ts';
import { rangesOf, slotOf, type Range } from './slots.ts';

/** A primary and who follows it, with the slots that it leads. */
interface Shard {
  readonly leader: string;
  readonly replicas: readonly string[];
  readonly ranges: readonly Range[];
}

const leads = (ranges: readonly Range[], key: string): boolean =>
  ranges.some(({ from, to }) => from <= slotOf(key) && slotOf(key) <= to);

/** A key that no workload has, in a slot of these ranges. */
export function markerKey(ranges: readonly Range[]): string {
  for (let i = 0; ; i++) if (leads(ranges, `alibi:lag:${i}`)) return `alibi:lag:${i}`;
}

/** How late each replica shows what its primary acknowledged: a marker a shard, in a slot that this primary leads now. */
export class SlotLag {
  readonly #nodes: readonly ClusterNode[];
  readonly #clock: Clock;
  /** By leader. A marker whose slot has moved away begins anew: the replica of its new leader knows other numbers. */
  readonly #markers = new Map<string, { readonly key: string; readonly lag: MarkerLag }>();

  constructor(nodes: readonly ClusterNode[], clock: Clock) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  async sample(): Promise<Readonly<Record<string, number>>> {
    const shards = await this.#shards();
    const each = shards.map((shard) => this.#markerOf(shard).sample(shard.leader, shard.replicas));
    return Object.assign({}, ...(await Promise.all(each))) as Record<string, number>;
  }

  #markerOf({ leader, ranges }: Shard): MarkerLag {
    const known = this.#markers.get(leader);
    if (known !== undefined && leads(ranges, known.key)) return known.lag;
    const key = markerKey(ranges);
    const lag = new MarkerLag(this.#under(key), this.#clock, LAG_PACE);
    this.#markers.set(leader, { key, lag });
    return lag;
  }

  #under(key: string): Markers {
    const left = (deadline: number) => Math.max(1, (deadline - this.#clock.now()) / MILLISECOND);
    return {
      write: async (leader, number, deadline) =>
        (await named(this.#nodes, leader).ask(['SET', key, String(number)], left(deadline))) === 'OK',
      read: async (replica, deadline) => {
        // MGET tells a key that is not there yet from a server that does not answer, or sends elsewhere.
        const answer = await named(this.#nodes, replica).askReplica(['MGET', key], left(deadline));
        if (!Array.isArray(answer)) return null;
        return answer[0] === null ? -1 : Number(answer[0]);
      },
    };
  }

  /** As the first node says that answers. */
  async #shards(): Promise<Shard[]> {
    for (const node of this.#nodes) {
      const ranges = rangesOf(await node.ask(['CLUSTER', 'SLOTS'], 500));
      if (ranges.length === 0) continue;
      const leaders = [...new Set(ranges.map(({ leader }) => leader))];
      return leaders.flatMap((address) => {
        const own = ranges.filter(({ leader }) => leader === address);
        const [leader] = this.#namesOf([address]);
        return leader === undefined
          ? []
          : [{ leader, replicas: this.#namesOf(own[0].replicas), ranges: own }];
      });
    }
    return [];
  }

  #namesOf(addresses: readonly string[]): string[] {
    return addresses.flatMap((address) => this.#nodes.find((n) => n.address.host === address)?.name ?? []);
  }
}
