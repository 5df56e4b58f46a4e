import type { Fields } from '../../replica/types.ts';

/** Of one life of a coordinator: transactions below `since` are over, and so are these. */
interface Life {
  since: number;
  readonly over: Set<number>;
}

/**
 * Which transactions are over at a shard: a request to prepare one that comes late, or twice, must not begin it anew.
 * Coordinators say which of their transactions nobody need remember any more.
 */
export class Past {
  readonly #lives = new Map<string, Life>();

  constructor(image: readonly (readonly [string, Fields])[] = []) {
    for (const [life, { since, over }] of image)
      this.#lives.set(life, { since: since as number, over: new Set(over as readonly number[]) });
  }

  image(): readonly (readonly [string, Fields])[] {
    return [...this.#lives].map(([life, { since, over }]) => [life, { since, over: [...over] }] as const);
  }

  has(txn: string): boolean {
    const { life, number } = partsOf(txn);
    const known = this.#lives.get(life);
    return known !== undefined && (number < known.since || known.over.has(number));
  }

  add(txn: string): void {
    const { life, number } = partsOf(txn);
    const known = this.#life(life);
    if (number >= known.since) known.over.add(number);
  }

  /** The coordinator of this transaction has none left below `since`; says whether that is news. */
  forget(txn: string, since: number): boolean {
    const known = this.#life(partsOf(txn).life);
    if (since <= known.since) return false;
    known.since = since;
    for (const number of known.over) if (number < since) known.over.delete(number);
    return true;
  }

  /** Has its coordinator said that it is over everywhere? */
  isForgotten(txn: string): boolean {
    const { life, number } = partsOf(txn);
    return number < (this.#lives.get(life)?.since ?? 0);
  }

  #life(name: string): Life {
    let life = this.#lives.get(name);
    if (!life) this.#lives.set(name, (life = { since: 0, over: new Set() }));
    return life;
  }
}

/** A transaction is named by its coordinator, a life of that, and its number in it. */
function partsOf(txn: string): { readonly life: string; readonly number: number } {
  const at = txn.lastIndexOf('.');
  return { life: txn.slice(0, at), number: Number(txn.slice(at + 1)) };
}
