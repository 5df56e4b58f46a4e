import type { Update } from '../rows/rows.ts';
import type { Gossip } from './messages.ts';

const BATCH = 256;

/** One origin's updates, as they are sent to one peer. */
interface Stream {
  next: number;
  acked: number;
  /** Acknowledged when the last beat looked: no progress since means that something was lost. */
  before: number;
}

/** Every node's updates, in the order in which it made them, and how far each peer has those that we send it. */
export class Logs {
  readonly #updates = new Map<string, Update[]>();
  readonly #durable = new Map<string, number>();
  readonly #streams: ReadonlyMap<string, ReadonlyMap<string, Stream>>;
  readonly #send: (to: string, message: Gossip) => void;

  /** `streams`: by peer, whose updates it is sent. */
  constructor(
    names: readonly string[],
    streams: ReadonlyMap<string, readonly string[]>,
    send: (to: string, message: Gossip) => void,
  ) {
    for (const name of names) this.#updates.set(name, []);
    this.#streams = new Map(
      [...streams].map(([peer, origins]) => [
        peer,
        new Map(origins.map((origin) => [origin, { next: 1, acked: 0, before: 0 }])),
      ]),
    );
    this.#send = send;
  }

  /** How many updates of `origin` are here. */
  taken(origin: string): number {
    return this.#updates.get(origin)?.length ?? 0;
  }

  /** How many of them are on disk. */
  durable(origin: string): number {
    return this.#durable.get(origin) ?? 0;
  }

  positions(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#updates.keys()].map((origin) => [origin, this.durable(origin)]));
  }

  push(origin: string, update: Update): void {
    this.#updates.get(origin)?.push(update);
  }

  onDurable(origin: string, count: number): void {
    this.#durable.set(origin, count);
  }

  acknowledged(peer: string, origin: string, count: number): void {
    const stream = this.#streams.get(peer)?.get(origin);
    if (!stream) return;
    stream.acked = Math.max(stream.acked, count);
    stream.next = Math.max(stream.next, stream.acked + 1);
  }

  /** Sends what is new: only what our own disk holds, for after a crash a number must not stand for another update. */
  sendNew(): void {
    for (const [peer, streams] of this.#streams)
      for (const [origin, stream] of streams)
        while (stream.next <= this.durable(origin)) this.#gossip(peer, origin, stream);
  }

  /** Sends again what was not acknowledged; our own stream at least with a heartbeat. */
  beat(name: string): void {
    for (const [peer, streams] of this.#streams)
      for (const [origin, stream] of streams) {
        if (stream.acked === stream.before) stream.next = stream.acked + 1;
        stream.before = stream.acked;
        if (origin === name || stream.next <= this.durable(origin)) this.#gossip(peer, origin, stream);
      }
  }

  #gossip(peer: string, origin: string, stream: Stream): void {
    const previous = stream.next - 1;
    const updates = (this.#updates.get(origin) ?? []).slice(
      previous,
      Math.min(previous + BATCH, this.durable(origin)),
    );
    stream.next += updates.length;
    this.#send(peer, { type: 'gossip', origin, previous, updates });
  }
}
