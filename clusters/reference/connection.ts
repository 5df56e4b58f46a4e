import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../../harness/hosts/types.ts';
import { StoreError, type Phase } from './errors.ts';
import { readLines, writeLine } from './lines.ts';

/** One connection to one node, for one request at a time. Every failure is a {@link StoreError}. */
export class Connection {
  readonly #socket: Socket;
  readonly #what: string;
  #requests = 0;
  #waiting: { readonly id: number; take(reply: unknown): void; end(code: string, why: string): void } | null =
    null;

  private constructor(socket: Socket, what: string) {
    this.#socket = socket;
    this.#what = what;
    readLines(socket, (line) => {
      if ((line as { id?: unknown }).id === this.#waiting?.id) this.#waiting?.take(line);
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#waiting?.end(error.code ?? 'connection-lost', error.message),
    );
    socket.on('close', () => this.#waiting?.end('connection-closed', 'the connection was closed'));
  }

  /** Dials; `what` names the node in error messages. */
  static dial(endpoint: Endpoint, what: string, signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...endpoint, noDelay: true });
      const abort = () => fail('aborted', 'given up before it was connected');
      const fail = (code: string, why: string) => {
        signal.removeEventListener('abort', abort);
        socket.destroy();
        reject(new StoreError(code, 'not-sent', `${what}: ${why}`));
      };
      socket.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'connect', error.message));
      socket.once('connect', () => {
        signal.removeEventListener('abort', abort);
        socket.removeAllListeners('error');
        resolve(new Connection(socket, what));
      });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort);
    });
  }

  get open(): boolean {
    return this.#socket.writable && this.#socket.readable;
  }

  /** Sends `{id, ...body}` and resolves with the line that answers it. */
  ask(body: object, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++this.#requests;
      const settle = () => {
        signal.removeEventListener('abort', abort);
        this.#waiting = null;
      };
      const end = (phase: Phase, code: string, why: string) => {
        settle();
        this.close();
        reject(new StoreError(code, phase, `${this.#what}: ${why}`));
      };
      const abort = () => end('sent', 'aborted', 'no answer in time');
      if (signal.aborted) return end('not-sent', 'aborted', 'given up before it was sent');
      if (!this.open) return end('not-sent', 'connection-closed', 'the connection was closed before');
      this.#waiting = {
        id,
        take: (reply) => {
          settle();
          resolve(reply);
        },
        end: (code, why) => end('sent', code, why),
      };
      signal.addEventListener('abort', abort);
      writeLine(this.#socket, { id, ...body });
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
