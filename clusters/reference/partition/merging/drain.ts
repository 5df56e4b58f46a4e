import type { Reply } from '../../replica/types.ts';

interface Open {
  readonly token: string | null;
  /** What becomes of the answer. */
  readonly make: (reply: Reply) => Reply;
}

/** The requests that a node has taken and not answered yet, and who waits until there are none left of some kind. */
export class Drain {
  readonly #open = new Map<number, Open>();
  #waiting: { readonly ids: Set<number>; readonly then: () => void }[] = [];

  begin(id: number, token: string | null, make: (reply: Reply) => Reply): void {
    this.#open.set(id, { token, make });
  }

  answered(id: number, reply: Reply, send: (reply: Reply) => void): void {
    const open = this.#open.get(id);
    send(open === undefined ? reply : open.make(reply));
    if (!this.#open.delete(id)) return;
    for (const { ids } of this.#waiting) ids.delete(id);
    const over = this.#waiting.filter(({ ids }) => ids.size === 0);
    this.#waiting = this.#waiting.filter(({ ids }) => ids.size > 0);
    for (const { then } of over) then();
  }

  /** Calls `then` once all that are open now, and are meant, have been answered. */
  whenDone(isMeant: (token: string | null) => boolean, then: () => void): void {
    const ids = new Set([...this.#open].flatMap(([id, { token }]) => (isMeant(token) ? [id] : [])));
    if (ids.size === 0) then();
    else this.#waiting.push({ ids, then });
  }
}
