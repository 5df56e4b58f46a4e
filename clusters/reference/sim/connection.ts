import type { Clock, Random } from '../../../harness/runtime/types.ts';
import { StoreError, type Phase } from '../errors.ts';
import type { Dialogue } from '../fleet.ts';
import { NETWORK, draw } from './durations.ts';
import type { Asker, Question, SimNode } from './node.ts';

/** From a client to a node and back: slow at times, but like a TCP connection it loses and doubles nothing. */
export class SimConnection implements Dialogue, Asker {
  readonly #node: SimNode;
  readonly #what: string;
  readonly #clock: Clock;
  readonly #random: Random;
  /** The process that it leads to. */
  readonly #life: number;
  #closed = false;
  #waiting: { take(reply: unknown): void; end(error: StoreError): void } | null = null;
  /** Operations share a signal, so that listening once is enough. */
  #heard: AbortSignal | null = null;

  private constructor(node: SimNode, what: string, clock: Clock, random: Random) {
    this.#node = node;
    this.#what = what;
    this.#clock = clock;
    this.#random = random;
    this.#life = node.life;
  }

  /** Dials; `what` names the node in error messages. */
  static async dial(
    node: SimNode,
    what: string,
    clock: Clock,
    random: Random,
    signal: AbortSignal,
  ): Promise<SimConnection> {
    await clock.sleep(draw(random, NETWORK));
    if (signal.aborted)
      throw new StoreError('aborted', 'not-sent', `${what}: given up before it was connected`);
    if (!node.accepting) throw new StoreError('ECONNREFUSED', 'not-sent', `${what}: connection refused`);
    return new SimConnection(node, what, clock, random);
  }

  get open(): boolean {
    return !this.#closed && this.#node.life === this.#life;
  }

  ask(question: Question, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const refuse = (code: string, why: string) =>
        reject(new StoreError(code, 'not-sent', `${this.#what}: ${why}`));
      if (signal.aborted) return refuse('aborted', 'given up before it was sent');
      if (!this.open) return refuse('connection-closed', 'the connection was closed before');
      this.#listen(signal);
      this.#waiting = { take: resolve, end: reject };
      this.#clock.quietly(draw(this.#random, NETWORK), () => {
        if (this.open) this.#node.ask(question, this);
        else this.lost();
      });
    });
  }

  answer(body: object, later: number): void {
    this.#clock.after(later + draw(this.#random, NETWORK), () => {
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.take(body);
    });
  }

  lost(): void {
    this.#clock.after(draw(this.#random, NETWORK), () =>
      this.#end('sent', 'connection-closed', 'the connection was closed'),
    );
  }

  close(): void {
    this.#closed = true;
    this.#waiting = null;
    this.#heard?.removeEventListener('abort', this.#abort);
    this.#heard = null;
  }

  readonly #abort = (): void => {
    this.#end('sent', 'aborted', 'no answer in time');
    this.close();
  };

  #listen(signal: AbortSignal): void {
    if (this.#heard === signal) return;
    this.#heard?.removeEventListener('abort', this.#abort);
    this.#heard = signal;
    signal.addEventListener('abort', this.#abort);
  }

  #end(phase: Phase, code: string, why: string): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.end(new StoreError(code, phase, `${this.#what}: ${why}`));
  }
}
