import type { Rebalanced, Rebalancing } from '../../harness/cluster.ts';
import type { Log } from '../../harness/hosts/types.ts';
import type { Answer, Connection } from '../redis/clients/connection.ts';
import type { ClusterNode } from './node.ts';
import { rangesOf } from './slots.ts';

/** So many slots are opened, emptied and handed over together. */
const CHUNK = 64;
/** So many at most in one split: every chunk makes each server write its view of the cluster to its disk. */
const AT_MOST = 192;
const KEYS_AT_ONCE = 100;
const MIGRATE_MS = 5000;

interface Move {
  readonly slots: readonly number[];
  readonly from: ClusterNode;
  readonly to: ClusterNode;
}

/**
 * Moves slots between primaries while clients go on, by the steps of `redis-cli --cluster reshard`: the slot is opened
 * at both ends, its keys are migrated (each is in one place at any time), and everybody is told who leads it now.
 * https://redis.io/docs/latest/commands/cluster-setslot/
 */
export class Resharding implements Rebalancing {
  readonly #nodes: readonly ClusterNode[];
  readonly #log: Log;
  /** Slots whose move was broken off: clients are sent to and fro between its ends until it is done. */
  readonly #open = new Map<number, ClusterNode>();
  #leaders: readonly string[] = [];
  #running: Promise<void> = Promise.resolve();
  #halted = false;

  constructor(nodes: readonly ClusterNode[], log: Log) {
    this.#nodes = nodes;
    this.#log = log;
  }

  /** Those who led slots at the last look. */
  members(): readonly string[] {
    return this.#leaders;
  }

  /** Looks who leads. */
  async look(): Promise<void> {
    await this.#owned();
  }

  /** Of whoever leads most slots half of those with keys, and some without, go to whoever leads fewest. */
  async split(): Promise<Rebalanced> {
    const owned = await this.#owned();
    const [from, slots] = owned.reduce((most, each) => (each[1].length > most[1].length ? each : most));
    const [to] = owned
      .filter(([node]) => node !== from)
      .reduce((least, each) => (each[1].length < least[1].length ? each : least));
    const fullest = await fullestFirst(from, slots);
    return this.#begin([{ from, to, slots: fullest.filter((_, i) => i % 2 === 0).slice(0, AT_MOST) }]);
  }

  /**
   * All slots of the last primary go to the others, in even shares. Only who leads slots has a vote: where two are left,
   * neither can be replaced when it fails.
   */
  async leave(): Promise<Rebalanced> {
    const owned = await this.#owned();
    const [from, slots] = owned[owned.length - 1];
    const others = owned.slice(0, -1).map(([node]) => node);
    const share = Math.ceil(slots.length / others.length);
    return this.#begin(others.map((to, i) => ({ from, to, slots: slots.slice(i * share, (i + 1) * share) })));
  }

  /** No spare primary waits to join: the last one leaves. */
  join(): Promise<Rebalanced> {
    return this.leave();
  }

  merge(): Promise<Rebalanced> {
    return Promise.reject(new Error('slots are no ranges of keys, and two of them never become one'));
  }

  /** Begins nothing more, and ends what was broken off, as `redis-cli --cluster fix` does: the keys go where they were going. */
  async finish(): Promise<void> {
    this.#halted = true;
    await this.#running;
    this.#halted = false;
    if (this.#open.size === 0) return;
    const slots = [...this.#open.keys()];
    for (const [from, owned] of await this.#owned())
      for (const target of new Set(this.#open.values())) {
        const left = slots.filter((slot) => this.#open.get(slot) === target && owned.includes(slot));
        const to = await this.#leaderInPlaceOf(target);
        if (to !== from && left.length > 0) await this.#move({ from, to, slots: left }, () => undefined);
      }
    for (const node of this.#nodes) {
      const connection = await node.connect(null);
      const stable = (slot: number) => connection.call('write', ['CLUSTER', 'SETSLOT', slot, 'STABLE'], null);
      // Replicas refuse: they follow.
      await Promise.all(slots.map((slot) => stable(slot).catch(() => undefined)));
      connection.close();
    }
    this.#open.clear();
  }

  /** Who leads that node's shard by now. */
  async #leaderInPlaceOf(node: ClusterNode): Promise<ClusterNode> {
    const role = await node.ask(['ROLE']);
    if (!Array.isArray(role) || role[0] !== 'slave') return node;
    return this.#nodes.find((other) => other.address.host === role[1]) ?? node;
  }

  /** Primaries in the order of their names, and the slots that each leads, by the first node that answers. */
  async #owned(): Promise<[node: ClusterNode, slots: number[]][]> {
    for (const node of this.#nodes) {
      const ranges = rangesOf(await node.ask(['CLUSTER', 'SLOTS']));
      if (ranges.length === 0) continue;
      const owned = this.#nodes.flatMap((leader): [ClusterNode, number[]][] => {
        const slots = ranges
          .filter((range) => range.leader === leader.address.host)
          .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
        return slots.length === 0 ? [] : [[leader, slots]];
      });
      this.#leaders = owned.map(([leader]) => leader.name);
      return owned;
    }
    throw new Error('no node says who leads which slots');
  }

  #begin(moves: readonly Move[]): Promise<Rebalanced> {
    const total = moves.reduce((sum, { slots }) => sum + slots.length, 0);
    let [over, done, keys] = [false, 0, 0];
    let broken: string | null = null;
    const count = (slots: number, moved: number) => {
      done += slots;
      keys += moved;
    };
    const all = async () => {
      for (const move of moves) await this.#move(move, count);
      await this.#owned();
    };
    this.#running = all()
      .catch((error: unknown) => {
        broken = error instanceof Error ? error.message : String(error);
        this.#log.warn({ error: broken }, 'a resharding was broken off');
      })
      .finally(() => {
        over = true;
      });
    const ends = moves.map(({ from, to, slots }) => `${slots.length} slots from ${from.name} to ${to.name}`);
    return Promise.resolve({
      what: `moves ${ends.join(', ')}`,
      progress: () => ({
        over: over && broken === null,
        felt: done > 0,
        keys,
        told: `${done} of ${total} slots moved${broken === null ? '' : `, then: ${broken}`}`,
      }),
    });
  }

  async #move({ slots, from, to }: Move, count: (slots: number, keys: number) => void): Promise<void> {
    const [source, target] = await Promise.all([from.connect(null), to.connect(null)]);
    const [sourceId, targetId] = await Promise.all([from.id(), to.id()]);
    const set = (end: Connection, chunk: readonly number[], ...what: string[]) =>
      Promise.all(chunk.map((slot) => end.call('write', ['CLUSTER', 'SETSLOT', slot, ...what], null)));
    try {
      for (let i = 0; i < slots.length && !this.#halted; i += CHUNK) {
        const chunk = slots.slice(i, i + CHUNK);
        for (const slot of chunk) this.#open.set(slot, to);
        await set(target, chunk, 'IMPORTING', sourceId);
        await set(source, chunk, 'MIGRATING', targetId);
        const keys = await migrated(source, chunk, to);
        // The target first: whoever asks the source is sent there, and finds it knows.
        await set(target, chunk, 'NODE', targetId);
        await set(source, chunk, 'NODE', targetId);
        for (const slot of chunk) this.#open.delete(slot);
        count(chunk.length, keys);
      }
    } finally {
      source.close();
      target.close();
    }
  }
}

/**
 * Sends every key of opened slots over. Resolves with how many. A copy that an earlier, interrupted attempt left there is
 * replaced: as long as the source has a key, it answers for it.
 */
async function migrated(source: Connection, slots: readonly number[], to: ClusterNode): Promise<number> {
  const { host, port } = to.address;
  const send = ['MIGRATE', host, port, '', 0, MIGRATE_MS, 'REPLACE', 'KEYS'];
  let count = 0;
  for (let left = slots; left.length > 0;) {
    const ask = (slot: number) => source.call('read', ['CLUSTER', 'GETKEYSINSLOT', slot, KEYS_AT_ONCE], null);
    const found = (await Promise.all(left.map(ask))) as readonly (readonly Answer[])[];
    for (const keys of found.filter(({ length }) => length > 0)) {
      await source.call('write', [...send, ...keys.map(String)], null);
      count += keys.length;
    }
    left = left.filter((_, i) => found[i].length > 0);
  }
  return count;
}

/** Slots in the order of how many keys they hold: an application's keys move first, not empty slots. */
async function fullestFirst(node: ClusterNode, slots: readonly number[]): Promise<number[]> {
  const connection = await node.connect(null);
  try {
    const ask = (slot: number) => connection.call('read', ['CLUSTER', 'COUNTKEYSINSLOT', slot], null);
    const counts = await Promise.all(slots.map(ask));
    const keys = new Map(slots.map((slot, i) => [slot, Number(counts[i])]));
    return [...slots].sort((a, b) => keys.get(b)! - keys.get(a)! || a - b);
  } finally {
    connection.close();
  }
}
