import type { Transaction } from '../transaction.ts';
import type { PartitionQuery } from '../../partition/requests.ts';
import type { Change, Request } from '../types.ts';

/** What changes nothing: a transaction among them only reads. */
export type Query = Exclude<Request, Change> | Transaction | PartitionQuery;

/** Who wants to read: a client here, or a follower on behalf of one. */
export type Reader =
  | { readonly kind: 'client'; readonly id: number; readonly request: Query }
  | { readonly kind: 'follower'; readonly name: string; readonly ask: number };

interface Waiting {
  readonly reader: Reader;
  /** The round of confirmation that began after the read arrived. */
  readonly round: number;
  /** What must have been applied before it is answered. */
  readonly index: number;
}

/** Reads that wait until a majority has confirmed the leader (read-index, thesis §6.4). */
export class LeaderReads {
  /** No round has begun since they arrived. */
  #unasked: Reader[] = [];
  #waiting: Waiting[] = [];

  add(reader: Reader): void {
    this.#unasked.push(reader);
  }

  /** A read that needs no confirmation. */
  addSure(reader: Reader, index: number): void {
    this.#waiting.push({ reader, round: 0, index });
  }

  /** Do any wait for a round to begin? */
  get unasked(): boolean {
    return this.#unasked.length > 0;
  }

  /** A round began, while this index was committed: it counts for every read that has arrived. */
  asked(round: number, index: number): void {
    if (this.#unasked.length === 0) return;
    for (const reader of this.#unasked) this.#waiting.push({ reader, round, index });
    this.#unasked = [];
  }

  /** Takes out those that may be answered. */
  confirmed(round: number, applied: number): readonly Waiting[] {
    if (this.#waiting.length === 0) return [];
    const ready = this.#waiting.filter((read) => read.round <= round && read.index <= applied);
    if (ready.length > 0)
      this.#waiting = this.#waiting.filter((read) => read.round > round || read.index > applied);
    return ready;
  }

  /** Takes out all. */
  drain(): readonly Reader[] {
    const all = [...this.#waiting.map(({ reader }) => reader), ...this.#unasked];
    this.#waiting = [];
    this.#unasked = [];
    return all;
  }
}

interface Asked {
  readonly ask: number;
  readonly id: number;
  readonly request: Query;
  /** As the leader said; null before it has. */
  index: number | null;
  ticks: number;
}

/** How long, in ticks, before a follower asks again, and before it gives up. */
const AGAIN = 2;
const ENOUGH = 40;
/** So many questions a life. */
const LIFE = 1 << 20;

/** Reads at a follower, which asks the leader how far it must have applied before it answers. */
export class FollowerReads {
  #next: number;
  #asked: Asked[] = [];

  /** `life`: a random number below 2^31, so that no answer to an earlier process is taken for one to this. */
  constructor(life: number) {
    this.#next = life * LIFE;
  }

  /** Notes a read; returns the name of the question. */
  add(id: number, request: Query): number {
    const ask = this.#next++;
    this.#asked.push({ ask, id, request, index: null, ticks: 0 });
    return ask;
  }

  answered(ask: number, index: number): void {
    const read = this.#asked.find((waiting) => waiting.ask === ask);
    if (read) read.index ??= index;
  }

  /** Takes out those that may be answered. */
  applied(applied: number): readonly Asked[] {
    if (this.#asked.length === 0) return [];
    const ready = this.#asked.filter((read) => read.index !== null && read.index <= applied);
    if (ready.length > 0) this.#asked = this.#asked.filter((read) => !ready.includes(read));
    return ready;
  }

  /** Takes out all. */
  drain(): readonly Asked[] {
    const all = this.#asked;
    this.#asked = [];
    return all;
  }

  /** A tick has passed: which questions to ask again, and which reads to give up. */
  tick(): { readonly again: readonly number[]; readonly lost: readonly Asked[] } {
    if (this.#asked.length === 0) return { again: [], lost: [] };
    for (const read of this.#asked) read.ticks += 1;
    const lost = this.#asked.filter((read) => read.ticks >= ENOUGH);
    if (lost.length > 0) this.#asked = this.#asked.filter((read) => read.ticks < ENOUGH);
    const again = this.#asked.filter((read) => read.index === null && read.ticks % AGAIN === 0);
    return { again: again.map((read) => read.ask), lost };
  }
}
