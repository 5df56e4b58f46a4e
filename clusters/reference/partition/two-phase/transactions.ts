import type { Json } from '../../../../harness/history/event.ts';
import type { Fields, Reply } from '../../replica/types.ts';
import { rowName, rowOf } from '../transfers.ts';
import { Locks } from './locks.ts';
import { Past } from './past.ts';
import type { RowOperation, TwoPhaseChange } from './requests.ts';

/** A shard's rows, as a transaction needs them. */
export interface Rows {
  row(table: string, key: string): Fields | null;
  /** Null: removes it. */
  set(table: string, key: string, fields: Fields | null): void;
  /** Why this shard does not take changes of the row, or null. */
  refuses(table: string, key: string): Extract<Reply, { ok: false }> | null;
}

type Prepare = Extract<TwoPhaseChange, { op: 'prepare' }>;
type Decide = Extract<TwoPhaseChange, { op: 'decide' }>;

interface Prepared {
  readonly txn: string;
  readonly coordinator: string;
  readonly operations: readonly RowOperation[];
  readonly results: readonly (Fields | null)[];
  /** What becomes of which rows if it commits. */
  readonly writes: readonly (readonly [row: string, fields: Fields | null])[];
}

type Image = readonly (readonly [string, Fields])[];

/** Tables under which a snapshot has them. */
export const PREPARED = '~prepared';
export const DECISIONS = '~decisions';
export const PAST = '~past';

/**
 * Two-phase commit, as it stands in one shard's replicated state (Gray, Notes on data base operating systems, 1978;
 * Mohan, Lindsay & Obermarck, R*, TODS 1986: presumed abort). A prepared transaction keeps its rows locked until its
 * coordinator's decision arrives, over any crash; strict two-phase locking makes what commits strictly serializable.
 */
export class Transactions {
  readonly locks = new Locks();
  readonly #prepared = new Map<string, Prepared>();
  readonly #decisions = new Map<string, { readonly commit: boolean; readonly shards: readonly string[] }>();

  readonly #past: Past;

  constructor(prepared: Image = [], decisions: Image = [], past: Image = []) {
    this.#past = new Past(past);
    for (const [txn, fields] of prepared) this.#keep(txn, fields as unknown as Prepared);
    for (const [txn, { commit, shards }] of decisions)
      this.#decisions.set(txn, { commit: commit === true, shards: shards as readonly string[] });
  }

  image(): readonly (readonly [table: string, rows: Image])[] {
    const prepared = [...this.#prepared].map(([txn, one]) => [txn, { ...one } as unknown as Fields] as const);
    const decisions = [...this.#decisions].map(
      ([txn, { commit, shards }]) => [txn, { commit, shards: [...shards] }] as const,
    );
    return [
      [PREPARED, prepared],
      [DECISIONS, decisions],
      [PAST, this.#past.image()],
    ];
  }

  apply(change: TwoPhaseChange, rows: Rows): Reply {
    switch (change.op) {
      case 'prepare':
        return this.#prepare(change, rows);
      case 'decide':
        return this.#decide(change);
      case 'finish':
        return this.#finish(change.txn, change.commit, rows);
      case 'forget':
        this.#decisions.delete(change.txn);
        return { ok: true };
    }
  }

  unfinished(): Reply {
    const prepared = [...this.#prepared.values()].map(({ txn, coordinator }) => ({ txn, coordinator }));
    const decided = [...this.#decisions].flatMap(([txn, { commit, shards }]) =>
      commit ? [{ txn, shards }] : [],
    );
    return { ok: true, transaction: { prepared, decided } };
  }

  #prepare({ txn, coordinator, operations, alone, since }: Prepare, rows: Rows): Reply {
    if (this.#past.forget(txn, since)) this.#collect();
    const known = this.#prepared.get(txn);
    if (known !== undefined) return { ok: true, transaction: { results: known.results } };
    if (this.#past.has(txn)) return refused('the transaction is over');
    for (const { table, key } of operations) {
      const refusal = rows.refuses(table, key);
      if (refusal !== null) return refusal;
    }
    const taken = this.locks.conflict(txn, operations);
    if (taken !== null) return refused(`row ${taken.key} is locked by another transaction`);
    const outcome = carriedOut(operations, rows);
    if (outcome === null) return refused('a row has changed meanwhile');
    const { results, writes } = outcome;
    if (alone) write(writes, rows);
    else this.#keep(txn, { txn, coordinator, operations, results, writes });
    return { ok: true, transaction: { results } };
  }

  #decide({ txn, commit, shards }: Decide): Reply {
    const known = this.#decisions.get(txn);
    if (known === undefined) this.#decisions.set(txn, { commit, shards });
    return { ok: true, transaction: { commit: known?.commit ?? commit } };
  }

  #finish(txn: string, commit: boolean, rows: Rows): Reply {
    const known = this.#prepared.get(txn);
    this.#past.add(txn);
    if (known === undefined) return { ok: true };
    if (commit) write(known.writes, rows);
    this.#prepared.delete(txn);
    this.locks.release(txn, known.operations);
    return { ok: true };
  }

  /**
   * An abort was written down so that the coordinator cannot decide otherwise. Once that has none left to decide of that
   * number, it need not be kept: whoever asks even now hears abort all the same.
   */
  #collect(): void {
    for (const [txn, { commit }] of this.#decisions)
      if (!commit && this.#past.isForgotten(txn)) this.#decisions.delete(txn);
  }

  #keep(txn: string, prepared: Prepared): void {
    this.#prepared.set(txn, prepared);
    this.locks.take(txn, prepared.operations);
  }
}

function refused(message: string): Reply {
  return { ok: false, code: 'conflict', message };
}

function write(writes: Prepared['writes'], rows: Rows): void {
  for (const [row, fields] of writes) rows.set(...rowOf(row), fields);
}

/** What the operations read, each after those before it, and what they leave; null when a check fails. */
function carriedOut(
  operations: readonly RowOperation[],
  rows: Rows,
): Pick<Prepared, 'results' | 'writes'> | null {
  const writes = new Map<string, Fields | null>();
  const results: (Fields | null)[] = [];
  for (const { f, table, key, value } of operations) {
    const name = rowName(table, key);
    const written = writes.get(name);
    const row = written === undefined ? rows.row(table, key) : written;
    results.push(f === 'read' ? row : null);
    if (f === 'check' && JSON.stringify(row) !== JSON.stringify(value)) return null;
    if (f === 'put') writes.set(name, value as Fields);
    if (f === 'merge') writes.set(name, { ...row, ...(value as Fields) });
    if (f === 'append') writes.set(name, { ...row, value: [...listIn(row), value] });
    if (f === 'delete') writes.set(name, null);
  }
  return { results, writes: [...writes] };
}

function listIn(row: Fields | null): readonly Json[] {
  const list = row?.value;
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}
