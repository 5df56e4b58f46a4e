import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../../runtime/types.ts';

/** More than this waiting for a slow receiver stops reading from the sender, as a full TCP window would. */
const WINDOW = 1 << 20;

/**
 * One directed link: what one node sends to another, over whichever connection, whoever dialled it.
 * Counts bytes of database traffic; in `reset` mode, connections refused or torn down count one each.
 */
export class Flow {
  mode: 'open' | 'drop' | 'reset' = 'open';
  delayNs = 0;
  carried = 0;
  dropped = 0;
  readonly pipes = new Set<Pipe>();
}

interface Parcel {
  /** Null: the sender's end of stream. */
  readonly bytes: Buffer | null;
  /** ns: not to be handed on before. */
  readonly due: number;
}

/** One direction of one connection: reads from `source`, hands on to `sink`, under its flow's faults. */
export class Pipe {
  /** Something that was sent will never arrive: when the link heals, the connection must die, not skip bytes. */
  lossy = false;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #flow: Flow;
  readonly #clock: Clock;
  readonly #counted: boolean;
  #queue: Parcel[] = [];
  #queued = 0;
  #lastDue = 0;
  #writing = false;
  #timer: Cancel | null = null;

  constructor(source: Socket, sink: Socket, flow: Flow, clock: Clock, counted: boolean) {
    this.#source = source;
    this.#sink = sink;
    this.#flow = flow;
    this.#clock = clock;
    this.#counted = counted;
    flow.pipes.add(this);
    source.on('data', (bytes: Buffer) => this.#receive(bytes));
    source.on('end', () => this.#receive(null));
    source.resume();
  }

  /** Bytes that have left the sender but not yet the proxy are in flight: a cut drops them. */
  drop(): void {
    if (this.#queue.length > 0) this.lossy = true;
    this.#count('dropped', this.#queued);
    this.#queue = [];
    this.#queued = 0;
    this.#source.resume();
  }

  close(): void {
    this.#timer?.();
    this.#flow.pipes.delete(this);
  }

  #receive(bytes: Buffer | null): void {
    if (this.#flow.mode === 'drop') {
      this.lossy = true;
      this.#count('dropped', bytes?.length ?? 0);
      return;
    }
    // A delay that was shortened must not let later bytes overtake earlier ones.
    this.#lastDue = Math.max(this.#lastDue, this.#clock.now() + this.#flow.delayNs);
    this.#queue.push({ bytes, due: this.#lastDue });
    this.#queued += bytes?.length ?? 0;
    if (this.#queued > WINDOW) this.#source.pause();
    this.#pump();
  }

  #pump(): void {
    if (this.#writing || this.#queue.length === 0 || this.#sink.destroyed) return;
    const wait = this.#queue[0].due - this.#clock.now();
    if (wait > 0) {
      this.#timer ??= this.#clock.after(wait, () => {
        this.#timer = null;
        this.#pump();
      });
      return;
    }
    const { bytes } = this.#queue.shift() as Parcel;
    if (bytes === null) {
      this.#sink.end();
      return;
    }
    this.#queued -= bytes.length;
    // One write at a time: what the receiver has not taken stays in our queue, where a cut can drop it.
    this.#writing = true;
    this.#sink.write(bytes, () => {
      this.#writing = false;
      this.#count('carried', bytes.length);
      if (this.#queued <= WINDOW / 2) this.#source.resume();
      this.#pump();
    });
  }

  #count(what: 'carried' | 'dropped', bytes: number): void {
    if (this.#counted) this.#flow[what] += bytes;
  }
}
