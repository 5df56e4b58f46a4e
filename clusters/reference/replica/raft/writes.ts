import type { Reply } from '../types.ts';

/** Our clients' writes by index: answered when they are applied. */
export class Writes {
  readonly #ids = new Map<number, number>();
  readonly #reply: (id: number, reply: Reply) => void;

  constructor(reply: (id: number, reply: Reply) => void) {
    this.#reply = reply;
  }

  put(index: number, id: number): void {
    this.#ids.set(index, id);
  }

  readonly applied = (index: number, reply: Reply): void => {
    const id = this.#ids.get(index);
    if (id === undefined) return;
    this.#ids.delete(index);
    this.#reply(id, reply);
  };

  /** The bug `raft-ack-before-commit`: they are durable here. */
  acknowledge(durable: number): void {
    for (const index of this.#ids.keys()) if (index <= durable) this.applied(index, { ok: true });
  }

  /** Takes out all that wait. */
  drain(): readonly number[] {
    const ids = [...this.#ids.values()];
    this.#ids.clear();
    return ids;
  }
}
