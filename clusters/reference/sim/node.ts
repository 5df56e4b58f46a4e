import type { Json } from '../../../harness/history/event.ts';
import { MILLISECOND, type Cancel, type Clock, type Random } from '../../../harness/runtime/types.ts';
import type { Command, Discarded, Effect, Input, Replica } from '../replica/types.ts';
import { asked, type Asked } from '../replica/transaction.ts';
import type { AnyMessage } from '../server/config.ts';
import { NodeClock, type ClockSetting } from '../node-clock.ts';
import type { SimDisk } from './disk.ts';
import { BOOT, draw } from './durations.ts';

/** What a node works on each kind of input, ns. It does one thing at a time: this is what bounds its throughput. */
const SERVICE: Readonly<Record<Exclude<Input<unknown>['kind'], 'request'>, number>> = {
  start: 1000_000,
  message: 4000,
  timer: 2000,
  durable: 3000,
  transaction: 12_000,
  partition: 12_000,
  // As what another node asks it for.
  part: 4000,
  command: 12_000,
};

/** What is asked of a node over a client's connection or the operator's. */
export type Question =
  | { readonly request: Asked }
  | { readonly command: Command }
  | { readonly command: { readonly command: 'clock' } }
  | { readonly command: { readonly command: 'set-clock' } & ClockSetting };

/** Whoever asked: hears the answer, to leave in `later` ns, or that the node died first. */
export interface Asker {
  answer(body: object, later: number): void;
  lost(): void;
}

export interface NodeParts {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: SimDisk;
  /** What it works on a request, ns. */
  readonly serviceTime: number;
  readonly makeReplica: () => Replica<AnyMessage>;
  /** Hands a message to the network, to leave in `later` ns. */
  readonly send: (to: string, message: AnyMessage, later: number) => void;
}

/** Drives one replica: one input at a time, each for as long as the work takes; crashes, pauses and restarts it. */
export class SimNode {
  readonly clock: NodeClock;
  /** Counts its processes: what was meant for an earlier one is void. */
  life = 0;
  /** A line for every note: µs of true time, and the text. */
  readonly log: string[] = [];
  /** What it gave up at a rejoin, for whoever reconciles by hand. */
  readonly discarded: Discarded[] = [];
  /** How often its replicas were in each rare state. */
  readonly marks = new Map<string, number>();
  readonly #parts: NodeParts;
  #state: 'running' | 'stopped' | 'gone' = 'gone';
  #replica: Replica<AnyMessage> | null = null;
  #accepting = false;
  #queue: Input<AnyMessage>[] = [];
  #head = 0;
  /** Until when it works on what it took last (ns). */
  #busyUntil = 0;
  #draining = false;
  #cancelTimer: Cancel = () => undefined;
  #asked = new Map<number, Asker>();
  #questions = 0;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.clock = new NodeClock(() => Math.floor(parts.clock.now() / 1000));
  }

  get state(): 'running' | 'stopped' | 'gone' {
    return this.#state;
  }

  /** Do new connections find anybody? A stopped process' kernel still takes them. */
  get accepting(): boolean {
    return this.#accepting;
  }

  start(standby: boolean): void {
    const { clock, random, disk, makeReplica } = this.#parts;
    const life = ++this.life;
    this.#state = 'running';
    clock.quietly(draw(random, BOOT), () => {
      if (this.life !== life) return;
      let records: readonly Json[];
      try {
        records = disk.open(
          (count) => this.take({ kind: 'durable', count }),
          (error) => {
            this.note(`fatal: the log cannot be written: ${error}`);
            this.kill();
          },
        );
      } catch (error) {
        this.note(`fatal: ${(error as Error).message}`);
        this.kill();
        return;
      }
      this.#replica = makeReplica();
      this.note(`started with ${records.length} records`);
      this.take({ kind: 'start', records, standby });
      this.#accepting = true;
    });
  }

  /** SIGKILL, and a power cut for the disk. */
  kill(): void {
    if (this.#state === 'gone') return;
    const { lost, torn } = this.#parts.disk.crash();
    if (torn) this.note(`will drop a torn record at the end of the log`);
    this.note(`killed; ${lost} unsynced records are lost`);
    this.life += 1;
    this.#state = 'gone';
    this.#replica = null;
    this.#accepting = false;
    this.#queue = [];
    this.#head = 0;
    this.#busyUntil = 0;
    this.#cancelTimer();
    const asked = this.#asked;
    this.#asked = new Map();
    for (const asker of asked.values()) asker.lost();
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'stopped';
  }

  resume(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'running';
    this.#drainLater();
  }

  /** Something arrived: it is worked on at once, or queued. */
  take(input: Input<AnyMessage>): void {
    if (!this.#replica) return;
    if (this.#state === 'running' && !this.#draining && this.#parts.clock.now() >= this.#busyUntil)
      return this.#serve(this.#replica, input);
    this.#queue.push(input);
    this.#drainLater();
  }

  ask(question: Question, asker: Asker): void {
    const id = ++this.#questions;
    this.#asked.set(id, asker);
    if ('request' in question) return this.take(asked(id, question.request));
    const { command } = question;
    if (command.command !== 'clock' && command.command !== 'set-clock')
      return this.take({ kind: 'command', id, command });
    if (this.#state !== 'running') return;
    if (command.command === 'set-clock') this.clock.set(command);
    this.#answer(id, { clock: this.clock.now() }, 0);
  }

  note(text: string): void {
    this.log.push(`${Math.floor(this.#parts.clock.now() / 1000)} ${text}`);
  }

  #drainLater(): void {
    if (this.#draining || this.#state !== 'running' || this.#head === this.#queue.length) return;
    const { clock } = this.#parts;
    const { life } = this;
    this.#draining = true;
    clock.quietly(Math.max(0, this.#busyUntil - clock.now()), () => {
      this.#draining = false;
      if (this.life === life && this.#state === 'running') this.#drain();
      this.#drainLater();
    });
  }

  #drain(): void {
    if (!this.#replica || this.#head === this.#queue.length) return;
    const input = this.#queue[this.#head++];
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    this.#serve(this.#replica, input);
  }

  #serve(replica: Replica<AnyMessage>, input: Input<AnyMessage>): void {
    const work = input.kind === 'request' ? this.#parts.serviceTime : SERVICE[input.kind];
    this.#busyUntil = this.#parts.clock.now() + work;
    for (const effect of replica.step(input, this.clock.now())) this.#carryOut(effect, work);
  }

  /** What leaves the node leaves it when the work is done. */
  #carryOut(effect: Effect<AnyMessage>, work: number): void {
    const { clock, disk, send } = this.#parts;
    switch (effect.kind) {
      case 'send':
        send(effect.to, effect.message, work);
        break;
      case 'append':
        disk.append(effect.record, effect.checkpoint === true);
        break;
      case 'reply':
        this.#answer(effect.id, effect.reply, work);
        break;
      case 'status':
        this.#answer(effect.id, effect.status, work);
        break;
      case 'timer':
        this.#cancelTimer();
        this.#cancelTimer = clock.quietly(this.clock.trueTime(effect.ms * MILLISECOND), () =>
          this.take({ kind: 'timer' }),
        );
        break;
      case 'discarded':
        this.discarded.push(...effect.changes);
        break;
      case 'note':
        this.note(effect.text);
        break;
      case 'sometimes':
        this.marks.set(effect.mark, (this.marks.get(effect.mark) ?? 0) + 1);
        break;
    }
  }

  #answer(id: number, body: object, later: number): void {
    const asker = this.#asked.get(id);
    this.#asked.delete(id);
    asker?.answer(body, later);
  }
}
