import { connect, type Socket } from 'node:net';
import { MILLISECOND, type Clock } from '../../../harness/runtime/types.ts';
import type { Endpoint } from '../../../harness/hosts/types.ts';
import { writeLine } from '../lines.ts';

const RETRY = 25 * MILLISECOND;
/** More than this on its way to a peer that does not read: further messages are dropped, to be sent again later. */
const BACKLOG = 4 << 20;

/**
 * What this node sends to one peer, over a connection that it dials itself and on which nothing comes back: the
 * peer's answers use the peer's own connection. Messages may be lost with a connection; replicas send again.
 */
export class PeerLink {
  readonly #name: string;
  readonly #endpoint: Endpoint;
  readonly #clock: Clock;
  #socket: Socket | null = null;

  constructor(name: string, endpoint: Endpoint, clock: Clock) {
    this.#name = name;
    this.#endpoint = endpoint;
    this.#clock = clock;
    this.#dial();
  }

  send(message: object): void {
    if (this.#socket && this.#socket.writableLength < BACKLOG) writeLine(this.#socket, message);
  }

  #dial(): void {
    const socket = connect({ ...this.#endpoint, noDelay: true });
    socket.once('connect', () => {
      this.#socket = socket;
      writeLine(socket, { from: this.#name });
    });
    // The reason does not matter, and 'close' follows.
    socket.on('error', () => undefined);
    socket.resume();
    socket.once('close', () => {
      this.#socket = null;
      this.#clock.after(RETRY, () => this.#dial());
    });
  }
}
