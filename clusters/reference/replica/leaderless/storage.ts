import { canonicalJson } from '../../../../harness/history/dictionary.ts';
import type { Json } from '../../../../harness/history/event.ts';
import { hash32 } from '../hash.ts';
import type { Journal } from '../journal.ts';
import type { Resolution } from '../rows/resolution.ts';
import { latestStamp, tombstoneOf, type RowState } from '../rows/row-state.ts';
import { Rows, type Update } from '../rows/rows.ts';
import { HashTree } from './hash-tree.ts';
import type { Ring } from './ring.ts';

interface Held {
  readonly table: string;
  readonly key: string;
  hash: number;
}

/** The rows that one node holds, their hash trees, and the end of old tombstones. */
export class Storage {
  /** The node's own clock, µs, as of the present step. */
  clock = 0;
  /** The latest stamp in any row. */
  latest = 0;
  readonly #rows: Rows;
  readonly #ring: Ring;
  readonly #journal: Journal;
  readonly #graceMicros: number;
  readonly #trees = new Map<number, HashTree>();
  readonly #leaves = new Map<string, Map<string, Held>>();
  readonly #tombstones = new Map<string, Held>();

  constructor(resolution: Resolution, ring: Ring, journal: Journal, graceMs: number) {
    this.#rows = new Rows(resolution);
    this.#ring = ring;
    this.#journal = journal;
    this.#graceMicros = graceMs * 1000;
  }

  get(table: string, key: string): RowState | null {
    return this.#rows.get(table, key);
  }

  table(table: string): ReadonlyMap<string, RowState> {
    return this.#rows.table(table);
  }

  all(): Iterable<Update> {
    return this.#rows.all();
  }

  recover(update: Update): void {
    this.#merge(update, null);
  }

  /** Merges, and calls `then` once that is on disk. */
  store(update: Update, then: () => void): void {
    const before = this.get(update.table, update.key);
    if (before === null && this.#expired(update.state)) return this.#journal.whenDurable(then);
    const changed = this.#merge(update, before);
    if (changed) this.#journal.append({ update }, then);
    else this.#journal.whenDurable(then);
  }

  /** Takes the state in the place of what is held. */
  replace(update: Update, then: () => void): void {
    const before = this.get(update.table, update.key);
    this.#rows.set(update.table, update.key, update.state);
    this.#hash(update, before !== null, update.state);
    this.#journal.append({ replaced: update }, then);
  }

  recoverReplaced(update: Update): void {
    const before = this.get(update.table, update.key);
    this.#rows.set(update.table, update.key, update.state);
    this.#hash(update, before !== null, update.state);
  }

  /** Forgets rows of which only a tombstone is left, when that is older than the grace period. */
  sweep(): void {
    for (const [id, held] of this.#tombstones) {
      const state = this.get(held.table, held.key);
      if (state === null || !this.#expired(state)) continue;
      this.#tree(held).toggle(HashTree.leafOf(held.table, held.key), held.hash);
      this.#leaf(held).delete(id);
      this.#tombstones.delete(id);
      this.#rows.delete(held.table, held.key);
    }
  }

  tree(range: number): HashTree {
    let tree = this.#trees.get(range);
    if (!tree) this.#trees.set(range, (tree = new HashTree()));
    return tree;
  }

  leaf(range: number, leaf: number): Update[] {
    const rows = [...(this.#leaves.get(`${range} ${leaf}`)?.values() ?? [])];
    return rows.map(({ table, key }) => ({ table, key, state: this.get(table, key) as RowState }));
  }

  /** Says whether that changed anything. */
  #merge(update: Update, before: RowState | null): boolean {
    const { table, key } = update;
    const after = this.#rows.merge(update);
    this.latest = Math.max(this.latest, latestStamp(update.state).time);
    return after !== before && this.#hash({ table, key }, before !== null, after);
  }

  #hash(row: { readonly table: string; readonly key: string }, known: boolean, state: RowState): boolean {
    const { table, key } = row;
    const id = `${table}\u0000${key}`;
    const hash = hash32(`${id}\u0000${canonicalJson(state as unknown as Json)}`);
    const rows = this.#leaf(row);
    const held = rows.get(id);
    if (known && held?.hash === hash) return false;
    const leaf = HashTree.leafOf(table, key);
    const tree = this.#tree(row);
    if (held) tree.toggle(leaf, held.hash);
    tree.toggle(leaf, hash);
    const now = { table, key, hash };
    rows.set(id, now);
    if (tombstoneOf(state)) this.#tombstones.set(id, now);
    else this.#tombstones.delete(id);
    return true;
  }

  #expired(state: RowState): boolean {
    const tombstone = tombstoneOf(state);
    return tombstone !== null && tombstone.time + this.#graceMicros < this.clock;
  }

  #tree({ table, key }: { readonly table: string; readonly key: string }): HashTree {
    return this.tree(this.#ring.rangeOf(table, key));
  }

  #leaf({ table, key }: { readonly table: string; readonly key: string }): Map<string, Held> {
    const name = `${this.#ring.rangeOf(table, key)} ${HashTree.leafOf(table, key)}`;
    let rows = this.#leaves.get(name);
    if (!rows) this.#leaves.set(name, (rows = new Map<string, Held>()));
    return rows;
  }
}

/** Equal states; null: no row. */
export function sameState(a: RowState | null, b: RowState | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  return canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json);
}
