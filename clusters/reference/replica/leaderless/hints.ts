import type { Journal } from '../journal.ts';
import type { Update } from '../rows/rows.ts';

/** A write kept for a node that could not be reached. */
export interface Hint {
  readonly id: string;
  readonly standsFor: string;
  readonly update: Update;
}

/** So many hints are sent at once. */
const BATCH = 256;

/** Hinted handoff (Dynamo, SOSP 2007, §4.6): what this node keeps for others, until they have it. */
export class Hints {
  readonly #journal: Journal;
  readonly #hints = new Map<string, Hint>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get size(): number {
    return this.#hints.size;
  }

  keep(hint: Hint, then: () => void): void {
    if (this.#hints.has(hint.id)) return this.#journal.whenDurable(then);
    this.#hints.set(hint.id, hint);
    this.#journal.append({ hint }, then);
  }

  recover(hint: Hint): void {
    this.#hints.set(hint.id, hint);
  }

  /** That node has it on disk; says whether it was owed to it. */
  handed(id: string, node: string): boolean {
    if (this.#hints.get(id)?.standsFor !== node) return false;
    this.#hints.delete(id);
    this.#journal.append({ handed: id }, () => undefined);
    return true;
  }

  recoverHanded(id: string): void {
    this.#hints.delete(id);
  }

  /** Those to send now. */
  due(): readonly Hint[] {
    return [...this.#hints.values()].slice(0, BATCH);
  }

  *all(): Generator<Update> {
    for (const { update } of this.#hints.values()) yield update;
  }

  /** Kept writes of a table, or of one row in it. */
  of(table: string, key?: string): readonly Update[] {
    if (this.#hints.size === 0) return [];
    const updates = [...this.#hints.values()].map((hint) => hint.update);
    return updates.filter((update) => update.table === table && (key === undefined || update.key === key));
  }
}
