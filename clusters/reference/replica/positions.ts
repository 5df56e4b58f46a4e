import type { Change, Reply, Request } from './types.ts';

/**
 * A place in the one log. After a failover the same LSN may hold another entry: the epoch tells. In Raft, of what is
 * committed, the entry's term and index.
 */
export interface Position {
  readonly epoch: number;
  readonly lsn: number;
}

/** A later epoch's log goes on where the earlier one's was given up: whoever is in it has passed all that is left. */
export function hasReached(now: Position, wanted: Position): boolean {
  return now.epoch === wanted.epoch ? now.lsn >= wanted.lsn : now.epoch > wanted.epoch;
}

/** The bug `token-compared-as-string`: 1:999 comes after 1:1000 then. */
export function hasReachedAsText(now: Position, wanted: Position): boolean {
  return `${now.epoch}:${now.lsn}` >= `${wanted.epoch}:${wanted.lsn}`;
}

type Read = Exclude<Request, Change>;

interface WaitingRead {
  readonly id: number;
  readonly request: Read;
  readonly after: Position;
}

export interface Waiters {
  readonly answer: (id: number, request: Read) => void;
  /** It has waited too long. */
  readonly behind: (id: number, after: Position) => void;
  /** Asks for a tick. */
  readonly arm: () => void;
}

/** Reads at a replica that has not come so far as their sessions; each waits for one tick at least and two at most. */
export class WaitingReads {
  readonly #reached: typeof hasReached;
  readonly #waiters: Waiters;
  #fresh: WaitingRead[] = [];
  #old: WaitingRead[] = [];

  constructor(reached: typeof hasReached, waiters: Waiters) {
    this.#reached = reached;
    this.#waiters = waiters;
  }

  /** The read is answered, now or later. */
  take(id: number, request: Read, now: Position): void {
    const { after } = request;
    if (after === undefined || this.#reached(now, after)) return this.#waiters.answer(id, request);
    if (this.#fresh.length + this.#old.length === 0) this.#waiters.arm();
    this.#fresh.push({ id, request, after });
  }

  serve(now: Position): void {
    if (this.#fresh.length + this.#old.length === 0) return;
    const waiting = [...this.#old, ...this.#fresh];
    const still = ({ after }: WaitingRead) => !this.#reached(now, after);
    [this.#old, this.#fresh] = [this.#old.filter(still), this.#fresh.filter(still)];
    for (const read of waiting) if (!still(read)) this.#waiters.answer(read.id, read.request);
  }

  tick(): void {
    const overdue = this.#old;
    [this.#old, this.#fresh] = [this.#fresh, []];
    for (const { id, after } of overdue) this.#waiters.behind(id, after);
    if (this.#old.length > 0) this.#waiters.arm();
  }
}

/** The answer, which nobody else has yet, with where in the log it stands; a refusal says nothing of that. */
export function positioned(reply: Reply, position: Position): Reply {
  if (reply.ok)
    (reply as { -readonly [field in keyof typeof reply]: (typeof reply)[field] }).position = position;
  return reply;
}
