import type { Json } from '../../../../harness/history/event.ts';
import type { BugName } from '../../bugs.ts';
import type { Fields } from '../../replica/types.ts';
import {
  ENTRIES,
  INDEXED,
  entryOf,
  type EntryChange,
  type IndexOptions,
  type Outgoing,
  type Stamp,
} from './requests.ts';

type Image = readonly (readonly [string, Fields])[];

/** The table under which a snapshot has what is still to be sent. */
export const OUTBOX = '~outbox';

/** The secondary index of one shard: of its own rows, or of the entries that it holds; and what it has still to send. */
export class Indexes {
  readonly #options: IndexOptions;
  readonly #bug: BugName | 'none';
  /** By table and term, keys. */
  readonly #terms = new Map<string, Set<string>>();
  readonly #outgoing: Outgoing[] = [];
  /** Changes that were ever sent, or are to be. */
  #count = 0;

  constructor(options: IndexOptions, bug: BugName | 'none', outbox: Image = []) {
    this.#options = options;
    this.#bug = bug;
    for (const [name, fields] of outbox)
      if (name === 'count') this.#count = fields.count as number;
      else this.#outgoing.push(fields as unknown as Outgoing);
  }

  image(): readonly (readonly [table: string, rows: Image])[] {
    const rows = this.#outgoing.map((one) => [String(one.stamp[1]), { ...one }] as const);
    return [[OUTBOX, [['count', { count: this.#count }], ...rows]]];
  }

  /** A row is another one now. `epoch`: under which ownership it was changed; null: it came or went with its range. */
  changed(
    table: string,
    key: string,
    before: Fields | null,
    after: Fields | null,
    epoch: number | null,
  ): void {
    const old = this.#termOf(table, key, before);
    const next = this.#termOf(table, key, after);
    if (old !== next) {
      if (old !== null) this.#terms.get(old)?.delete(key);
      if (next !== null) this.#keysOf(next).add(key);
    }
    if (table !== INDEXED || this.#options.mode !== 'asynchronous' || epoch === null) return;
    const left = this.#bug === 'index-entry-not-removed' ? null : before;
    this.#outgoing.push({ key, stamp: [epoch, ++this.#count], before: left, after });
  }

  /** Keys of the rows with that term, in order. */
  keys(table: string, term: Json): string[] {
    return [...(this.#terms.get(nameOf(table, term)) ?? [])].sort();
  }

  outgoing(limit: number): {
    readonly outgoing: readonly Outgoing[];
    readonly upTo: number;
    readonly waiting: number;
  } {
    const outgoing = this.#outgoing.slice(0, limit);
    return { outgoing, upTo: outgoing.at(-1)?.stamp[1] ?? 0, waiting: this.#outgoing.length };
  }

  shipped(upTo: number): void {
    const rest = this.#outgoing.findIndex(({ stamp }) => stamp[1] > upTo);
    this.#outgoing.splice(0, rest < 0 ? this.#outgoing.length : rest);
  }

  #keysOf(name: string): Set<string> {
    let keys = this.#terms.get(name);
    if (!keys) this.#terms.set(name, (keys = new Set<string>()));
    return keys;
  }

  #termOf(table: string, key: string, row: Fields | null): string | null {
    if (row === null) return null;
    if (table === ENTRIES) return row.row === null ? null : nameOf(table, entryOf(key)[0]);
    if (table !== INDEXED || this.#options.mode !== 'local') return null;
    const term = row[this.#options.field];
    return term === undefined ? null : nameOf(table, term);
  }
}

function nameOf(table: string, term: Json): string {
  return `${table} ${JSON.stringify(term)}`;
}

/** What an entry becomes; undefined: it stays, since it is of a later change. */
export function changedEntry(present: Fields | null, { row, stamp, early }: EntryChange): Fields | undefined {
  const known: Stamp = present === null ? [0, 0] : [present.epoch as number, present.count as number];
  if (early === true) return { row, epoch: known[0], count: known[1] };
  const isLater = stamp[0] > known[0] || (stamp[0] === known[0] && stamp[1] > known[1]);
  return isLater ? { row, epoch: stamp[0], count: stamp[1] } : undefined;
}
