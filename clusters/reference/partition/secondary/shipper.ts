import type { Reply } from '../../replica/types.ts';
import {
  entryKey,
  entryOf,
  type EntryChange,
  type IndexChange,
  type IndexQuery,
  type Outgoing,
} from './requests.ts';

/** Changes a batch. */
const BATCH = 32;
/** What was not answered is sent again after so many ticks. */
const AGAIN = 4;

/** Between nodes of different shards; whoever does not lead passes over it. */
export type IndexMessage =
  | {
      readonly type: 'index-put';
      readonly batch: number;
      readonly changes: readonly (readonly [number: number, change: EntryChange])[];
    }
  | {
      readonly type: 'index-done';
      readonly batch: number;
      readonly shard: string;
      readonly done: readonly number[];
      readonly elsewhere: readonly (readonly [number: number, shard: string | null])[];
    };

export function isIndexMessage(message: { readonly type: string }): message is IndexMessage {
  return message.type.startsWith('index-');
}

export interface ShipperParts {
  readonly shard: string;
  readonly shards: readonly string[];
  readonly field: string;
  readonly nodesOf: (shard: string) => readonly string[];
  readonly ask: (request: IndexChange | IndexQuery, then: (reply: Reply) => void) => void;
  readonly send: (to: string, message: IndexMessage) => void;
}

/**
 * Brings an asynchronous global index up to date, without I/O: what is still to be sent is in the shard's log, so that
 * whoever leads it next goes on. A batch at a time; entries tell by their stamps what is old, so that it may come twice
 * or late. Where an entry lives is guessed first, and then known from answers.
 */
export class IndexShipper {
  readonly #parts: ShipperParts;
  readonly #homes = new Map<string, string>();
  #batch: { readonly id: number; readonly upTo: number; readonly left: Map<number, EntryChange> } | null =
    null;
  #batches = 0;
  #ticks = 0;

  constructor(parts: ShipperParts) {
    this.#parts = parts;
  }

  tick(): void {
    if (this.#batch !== null) {
      if (++this.#ticks % AGAIN !== 0) return;
      if (this.#batch.left.size > 0) this.#send();
      else this.#shipped(this.#batch.upTo);
      return;
    }
    this.#parts.ask({ op: 'outbox', limit: BATCH, at: 'leader' }, (reply) => {
      if (!reply.ok || this.#batch !== null) return;
      const { outgoing = [], upTo = 0 } = reply.index ?? {};
      if (outgoing.length === 0) return;
      const changes = outgoing.flatMap((one) => entryChanges(one, this.#parts.field));
      this.#batch = { id: ++this.#batches, upTo, left: new Map(changes.entries()) };
      this.#send();
    });
  }

  onMessage(from: string, message: IndexMessage): void {
    const { shard, ask, send } = this.#parts;
    const { batch } = message;
    if (message.type === 'index-done') return this.#arrived(message);
    const { changes } = message;
    ask({ op: 'index', changes: changes.map(([, change]) => change) }, (reply) => {
      if (!reply.ok) return;
      const elsewhere = (reply.index?.elsewhere ?? []).map(([i, owner]) => [changes[i][0], owner] as const);
      const done = changes.map(([number]) => number).filter((n) => !elsewhere.some(([other]) => other === n));
      send(from, { type: 'index-done', batch, shard, done, elsewhere });
    });
  }

  /** The defect `index-before-base-durable`: the index hears of a row that no disk has yet. */
  sendEarly(key: string, row: Outgoing['after']): void {
    const changes = entryChanges({ key, stamp: [0, 0], before: null, after: row }, this.#parts.field);
    const early = changes.map((change, i) => [-1 - i, { ...change, early: true }] as const);
    for (const shard of this.#parts.shards)
      for (const node of this.#parts.nodesOf(shard))
        this.#parts.send(node, { type: 'index-put', batch: 0, changes: early });
  }

  /** To the shards where the entries are believed to be; what lives here is asked for here. */
  #send(): void {
    const batch = this.#batch;
    if (batch === null) return;
    const { shard: own, nodesOf, send } = this.#parts;
    const byShard = new Map<string, (readonly [number, EntryChange])[]>();
    for (const [number, change] of batch.left) {
      const shard = this.#homeOf(change);
      byShard.set(shard, [...(byShard.get(shard) ?? []), [number, change]]);
    }
    for (const [shard, changes] of byShard)
      if (shard === own) this.#putHere(batch.id, changes);
      else for (const node of nodesOf(shard)) send(node, { type: 'index-put', batch: batch.id, changes });
  }

  #putHere(batch: number, changes: readonly (readonly [number, EntryChange])[]): void {
    const { shard, ask } = this.#parts;
    ask({ op: 'index', changes: changes.map(([, change]) => change) }, (reply) => {
      if (!reply.ok) {
        // Not the leader (any more): whoever is finds what is left in the log.
        this.#batch = null;
        return;
      }
      const elsewhere = (reply.index?.elsewhere ?? []).map(([i, owner]) => [changes[i][0], owner] as const);
      const done = changes.map(([number]) => number).filter((n) => !elsewhere.some(([other]) => other === n));
      this.#arrived({ type: 'index-done', batch, shard, done, elsewhere });
    });
  }

  #arrived({ batch, shard, done, elsewhere }: Extract<IndexMessage, { type: 'index-done' }>): void {
    if (this.#batch?.id !== batch) return;
    for (const number of done) this.#batch.left.delete(number);
    let moved = false;
    for (const [number, owner] of elsewhere) {
      const change = this.#batch.left.get(number);
      if (change === undefined || this.#homeOf(change) !== shard) continue;
      this.#homes.set(termOf(change), owner ?? this.#nextAfter(shard));
      moved = true;
    }
    if (this.#batch.left.size > 0) {
      if (moved) this.#send();
      return;
    }
    this.#shipped(this.#batch.upTo);
  }

  #shipped(upTo: number): void {
    this.#parts.ask({ op: 'shipped', upTo }, () => {
      this.#batch = null;
    });
  }

  #homeOf(change: EntryChange): string {
    return this.#homes.get(termOf(change)) ?? this.#parts.shards[0];
  }

  #nextAfter(shard: string): string {
    const { shards } = this.#parts;
    return shards[(shards.indexOf(shard) + 1) % shards.length];
  }
}

function termOf({ entry }: EntryChange): string {
  return JSON.stringify(entryOf(entry)[0]);
}

/** The entry of the row's old term goes, if that is another one; that of its new term shows the row. */
export function entryChanges({ key, stamp, before, after }: Outgoing, field: string): EntryChange[] {
  const old = before?.[field];
  const next = after?.[field];
  const stays = old !== undefined && JSON.stringify(old) === JSON.stringify(next);
  return [
    ...(old === undefined || stays ? [] : [{ entry: entryKey(old, key), row: null, stamp }]),
    ...(next === undefined ? [] : [{ entry: entryKey(next, key), row: after, stamp }]),
  ];
}
