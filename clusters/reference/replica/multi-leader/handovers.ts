import type { Reply, RowChange } from '../types.ts';
import type { Handover, Made } from './messages.ts';

/** After so many beats a change is handed over again, and after so many nobody waits for it any more. */
const AGAIN = 4;
const EXPIRY = 20;

interface Waiting {
  readonly id: number;
  readonly home: string;
  readonly change: RowChange;
  age: number;
  made: Made | null;
}

/** Our clients' changes that we have handed to their rows' homes. */
export class Handovers {
  readonly #name: string;
  readonly #send: (to: string, message: Handover) => void;
  readonly #reply: (id: number, reply: Reply) => void;
  readonly #waiting = new Map<string, Waiting>();
  /** Counts this node's processes: an earlier one's keys are not used again. */
  #life = 0;
  #count = 0;

  constructor(
    name: string,
    send: (to: string, message: Handover) => void,
    reply: (id: number, reply: Reply) => void,
  ) {
    this.#name = name;
    this.#send = send;
    this.#reply = reply;
  }

  /** The number of this life is on disk. */
  begin(life: number): void {
    this.#life = life;
  }

  hand(home: string, id: number, change: RowChange): void {
    if (this.#life === 0) {
      const message = `${this.#name} has only just started`;
      return this.#reply(id, { ok: false, code: 'not-ready', message });
    }
    const key = `${this.#name}.${this.#life}:${++this.#count}`;
    this.#waiting.set(key, { id, home, change, age: 0, made: null });
    this.#send(home, { type: 'handover', id: key, change });
  }

  made(message: Made): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting) waiting.made ??= message;
  }

  /** Answers those whose updates have come back: the client finds here what it has changed. `has`: updates on disk. */
  answer(has: (origin: string) => number): void {
    for (const [key, { id, home, made }] of this.#waiting) {
      if (!made || has(home) < made.count) continue;
      this.#waiting.delete(key);
      this.#reply(id, made.reply);
    }
  }

  beat(): void {
    for (const [key, waiting] of this.#waiting) {
      waiting.age += 1;
      if (waiting.age >= EXPIRY) {
        this.#waiting.delete(key);
        const message = `${this.#name} had no answer from ${waiting.home}, the row’s home`;
        this.#reply(waiting.id, { ok: false, code: 'no-quorum', message });
      } else if (!waiting.made && waiting.age % AGAIN === 0)
        this.#send(waiting.home, { type: 'handover', id: key, change: waiting.change });
    }
  }
}
