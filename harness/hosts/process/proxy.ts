import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../../runtime/types.ts';
import { Pipe, type Flow } from './flow.ts';

/** The two directed links that a connection between two nodes uses. */
export interface Route {
  /** What the node that dials sends. */
  readonly forward: Flow;
  /** What the node that was dialled answers. */
  readonly backward: Flow;
}

/** One connection through a proxy: from its acceptance to the end of both sides. */
class Connection {
  readonly #dialler: Socket;
  readonly #target: Socket | null;
  readonly #pipes = new Map<Flow, Pipe>();
  /** Flows on which the end of this connection went unheard. */
  readonly #unheard = new Set<Flow>();
  readonly #onClose: () => void;

  /** Without a `target` port the dialler is left hanging: its first packet never arrived. */
  constructor(dialler: Socket, target: number | null, route: Route, proxy: Proxy, onClose: () => void) {
    this.#dialler = dialler;
    this.#onClose = onClose;
    dialler.setNoDelay(true);
    dialler.on('error', () => this.#brokenBy(route.forward));
    if (target === null) {
      this.#target = null;
      this.#unheard.add(route.forward);
      dialler.on('data', (bytes: Buffer) => proxy.swallowed(bytes.length));
      dialler.on('close', () => this.reset());
      dialler.resume();
      return;
    }
    const socket = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
    this.#target = socket;
    socket.on('error', () => this.#brokenBy(route.backward));
    socket.once('connect', () => {
      const { clock, counted } = proxy;
      this.#pipes.set(route.forward, new Pipe(dialler, socket, route.forward, clock, counted));
      this.#pipes.set(route.backward, new Pipe(socket, dialler, route.backward, clock, counted));
    });
    const closed = () => {
      if (dialler.closed && socket.closed) this.reset();
    };
    dialler.on('close', closed);
    socket.on('close', closed);
  }

  /** Did something that was sent over this flow vanish? */
  lostOn(flow: Flow): boolean {
    return this.#unheard.has(flow) || this.#pipes.get(flow)?.lossy === true;
  }

  /** Tears down both sides at once. */
  reset(): void {
    for (const pipe of this.#pipes.values()) pipe.close();
    for (const socket of [this.#dialler, this.#target])
      if (socket && !socket.destroyed) socket.resetAndDestroy();
    this.#onClose();
  }

  /** One side was reset. Across a cut link the other side does not hear of it. */
  #brokenBy(flow: Flow): void {
    if (flow.mode !== 'drop') return this.reset();
    this.#unheard.add(flow);
  }
}

/** Listens where `from` dials `to`; every byte between the two passes through here. */
export class Proxy {
  readonly clock: Clock;
  /** Probes are not database traffic. */
  readonly counted: boolean;
  readonly #route: Route;
  readonly #target: number;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;

  private constructor(route: Route, target: number, clock: Clock, counted: boolean) {
    this.#route = route;
    this.#target = target;
    this.clock = clock;
    this.counted = counted;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#accept(socket),
    );
  }

  /** A proxy on a free port of 127.0.0.1, handing on to `target`. */
  static open(route: Route, target: number, clock: Clock, counted: boolean): Promise<Proxy> {
    const proxy = new Proxy(route, target, clock, counted);
    return new Promise((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', () => resolve(proxy));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Bytes that a hanging dialler sent into the void. */
  swallowed(bytes: number): void {
    if (this.counted) this.#route.forward.dropped += bytes;
  }

  /** Tears down every connection, each counted on the flow that was told to reset. */
  resetAll(flow: Flow): void {
    for (const connection of [...this.#connections]) {
      if (this.counted) flow.dropped += 1;
      connection.reset();
    }
  }

  /** After a heal: connections that lost bytes end here, so that no stream has a hole in it. */
  resetLossy(flow: Flow): void {
    for (const connection of [...this.#connections]) if (connection.lostOn(flow)) connection.reset();
  }

  close(): void {
    this.#server.close();
    for (const connection of [...this.#connections]) connection.reset();
  }

  #accept(socket: Socket): void {
    const { forward, backward } = this.#route;
    const refusing = [forward, backward].find((flow) => flow.mode === 'reset');
    if (refusing) {
      if (this.counted) refusing.dropped += 1;
      socket.resetAndDestroy();
      return;
    }
    const target = forward.mode === 'drop' ? null : this.#target;
    const connection: Connection = new Connection(socket, target, this.#route, this, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
  }
}
