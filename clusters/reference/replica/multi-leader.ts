import type { Json } from '../../../harness/history/event.ts';
import { LwwTables, isLater, isLaterOrArrived, type Granularity, type Update } from './lww.ts';
import { isChange } from './tables.ts';
import {
  HEARTBEAT_MS,
  type Effect,
  type Input,
  type Replica,
  type ReplicaOptions,
  type Reply,
  type Request,
} from './types.ts';

export interface MultiLeaderOptions extends ReplicaOptions {
  readonly granularity: Granularity;
}

/** The sender's own updates after the first `previous`; without any, a heartbeat. */
interface Gossip {
  readonly type: 'gossip';
  readonly previous: number;
  readonly updates: readonly Update[];
}

/** "I have your first `count` updates on disk." */
interface Received {
  readonly type: 'received';
  readonly count: number;
}

export type MultiLeaderMessage = Gossip | Received;

/** A record of the write-ahead log: the `count`-th update made by node `origin`. */
interface LogRecord {
  readonly origin: string;
  readonly count: number;
  readonly update: Update;
}

interface Peer {
  next: number;
  acked: number;
  before: number;
}

const BATCH = 256;

/**
 * Multi-leader replication, all to all and asynchronous: every node takes writes, stamps them by its own clock,
 * acknowledges them once its own disk has them, and sends them to every other node until that has them on disk.
 * Each node's updates arrive everywhere in the order in which it made them; conflicts go to the last writer.
 */
export class MultiLeader implements Replica<MultiLeaderMessage> {
  readonly #options: MultiLeaderOptions;
  readonly #tables: LwwTables;
  readonly #byArrival: boolean;
  /** Our own updates, in order. */
  readonly #own: Update[] = [];
  #ownDurable = 0;
  /** By origin: updates taken in, and updates on disk. */
  readonly #taken = new Map<string, number>();
  readonly #durable = new Map<string, number>();
  readonly #peers: ReadonlyMap<string, Peer>;
  #out: Effect<MultiLeaderMessage>[] = [];
  #appended = 0;
  #synced = 0;
  readonly #waiting: { readonly record: number; readonly then: () => void }[] = [];

  constructor(options: MultiLeaderOptions) {
    this.#options = options;
    this.#byArrival = options.bug === 'lww-tie-by-arrival';
    this.#tables = new LwwTables(options.granularity, this.#byArrival ? isLaterOrArrived : isLater);
    this.#peers = new Map(options.peers.map((peer) => [peer, { next: 1, acked: 0, before: 0 }]));
    for (const node of [options.name, ...options.peers]) {
      this.#taken.set(node, 0);
      this.#durable.set(node, 0);
    }
  }

  step(input: Input<MultiLeaderMessage>, clock: number): readonly Effect<MultiLeaderMessage>[] {
    this.#out = [];
    switch (input.kind) {
      case 'start':
        this.#start(input.records);
        break;
      case 'message':
        if (input.message.type === 'gossip') this.#onGossip(input.from, input.message);
        else this.#onReceived(input.from, input.message);
        break;
      case 'timer':
        this.#beat();
        break;
      case 'durable':
        this.#synced = input.count;
        while (this.#waiting.length > 0 && this.#waiting[0].record <= input.count)
          this.#waiting.shift()?.then();
        this.#gossipNew();
        break;
      case 'request':
        this.#onRequest(input.id, input.request, clock);
        break;
      case 'command':
        this.#out.push({ kind: 'status', id: input.id, status: this.#status() });
        break;
    }
    return this.#out;
  }

  #start(records: readonly Json[]): void {
    for (const { origin, count, update } of records as unknown as readonly LogRecord[]) {
      this.#tables.merge(update);
      this.#taken.set(origin, count);
      this.#durable.set(origin, count);
      if (origin === this.#options.name) this.#own.push(update);
    }
    this.#ownDurable = this.#own.length;
    this.#beat();
  }

  #onRequest(id: number, request: Request, clock: number): void {
    if (isChange(request)) {
      const { name } = this.#options;
      const count = this.#own.length + 1;
      const time = this.#byArrival ? Math.floor(clock / 1000) * 1000 : clock;
      const update = this.#tables.prepare(request, { time, node: name, count });
      if (update) {
        this.#own.push(update);
        this.#take(name, count, update, () => (this.#ownDurable = count));
      }
      const reply: Reply = request.op === 'cas' ? { ok: true, swapped: update !== null } : { ok: true };
      return this.#replyWhenDurable(id, reply);
    }
    if (request.op === 'scan')
      return this.#replyWhenDurable(id, { ok: true, keys: this.#tables.keys(request.table) });
    this.#replyWhenDurable(id, { ok: true, fields: this.#tables.read(request.table, request.key) });
  }

  /** A read may have seen what no disk holds yet: it is answered once a crash can no longer undo it. */
  #replyWhenDurable(id: number, reply: Reply): void {
    const send = () => this.#out.push({ kind: 'reply', id, reply });
    if (this.#synced >= this.#appended) send();
    else this.#waiting.push({ record: this.#appended, then: send });
  }

  #onGossip(from: string, { previous, updates }: Gossip): void {
    const taken = this.#taken.get(from) ?? 0;
    // What we have already is skipped; a gap is left to the sender, who hears how far we are.
    if (previous <= taken)
      for (const [i, update] of updates.entries()) {
        const count = previous + 1 + i;
        if (count > taken) this.#take(from, count, update, () => this.#acknowledge(from));
      }
    if (updates.length === 0 || previous > taken) this.#acknowledge(from);
  }

  #acknowledge(to: string): void {
    const count = this.#durable.get(to) ?? 0;
    this.#out.push({ kind: 'send', to, message: { type: 'received', count } });
  }

  #onReceived(from: string, { count }: Received): void {
    const peer = this.#peers.get(from);
    if (!peer) return;
    peer.acked = Math.max(peer.acked, count);
    peer.next = Math.max(peer.next, peer.acked + 1);
  }

  #take(origin: string, count: number, update: Update, onDurable: () => void): void {
    this.#tables.merge(update);
    this.#taken.set(origin, count);
    const record: LogRecord = { origin, count, update };
    this.#out.push({ kind: 'append', record: record as unknown as Json });
    this.#waiting.push({
      record: ++this.#appended,
      then: () => {
        this.#durable.set(origin, count);
        onDurable();
      },
    });
  }

  /** Ships only what our own disk holds: after a crash, a number must not stand for another update. */
  #gossipNew(): void {
    for (const [name, peer] of this.#peers) while (peer.next <= this.#ownDurable) this.#gossip(name, peer);
  }

  #beat(): void {
    for (const [name, peer] of this.#peers) {
      if (peer.acked === peer.before) peer.next = peer.acked + 1;
      peer.before = peer.acked;
      this.#gossip(name, peer);
    }
    this.#out.push({ kind: 'timer', ms: HEARTBEAT_MS });
  }

  #gossip(to: string, peer: Peer): void {
    const previous = peer.next - 1;
    const updates = this.#own.slice(previous, Math.min(previous + BATCH, this.#ownDurable));
    peer.next += updates.length;
    this.#out.push({ kind: 'send', to, message: { type: 'gossip', previous, updates } });
  }

  #status() {
    const { name, peers } = this.#options;
    return {
      name,
      role: 'leader' as const,
      epoch: 0,
      leader: name,
      serving: true,
      last: this.#own.length,
      lastEpoch: 0,
      durable: this.#ownDurable,
      applied: this.#ownDurable,
      members: [name, ...peers].sort(),
      positions: Object.fromEntries(this.#durable),
    };
  }
}
