import type { BugName } from '../../bugs.ts';
import { isLater } from '../../crdt/stamp.ts';
import type { Change, Reply, Request, RowChange } from '../types.ts';
import { afterMerge, defective, overreaching } from './defects.ts';
import { keepsVersions, prepare, type Author } from './prepare.ts';
import type { Resolution } from './resolution.ts';
import { mergeStates, versionsOf, visibleFields, type RowState } from './row-state.ts';

/** A change as it is logged and shipped. */
export interface Update {
  readonly table: string;
  readonly key: string;
  readonly state: RowState;
}

/** Rows that merge: what a replica without a single leader stores. */
export class Rows {
  readonly #resolution: Resolution;
  readonly #order: typeof isLater;
  readonly #tables = new Map<string, Map<string, RowState>>();

  readonly #bug: BugName | 'none';

  /** `order`: which of two stamps wins. */
  constructor(resolution: Resolution, order = isLater, bug: BugName | 'none' = 'none') {
    this.#resolution = defective(resolution, bug);
    this.#order = order;
    this.#bug = bug;
  }

  get(table: string, key: string): RowState | null {
    return this.#tables.get(table)?.get(key) ?? null;
  }

  /** All rows of a table, tombstones too. */
  table(table: string): ReadonlyMap<string, RowState> {
    return this.#tables.get(table) ?? new Map<string, RowState>();
  }

  /** All rows, tombstones too. */
  *all(): Generator<Update> {
    for (const [table, rows] of this.#tables) for (const [key, state] of rows) yield { table, key, state };
  }

  /** The update that a change amounts to here; null for a compare-and-set that does not match. */
  prepare(change: RowChange, author: Author): Update | null {
    const { table, key } = change;
    const base = this.get(table, key);
    const unseen =
      this.#bug === 'or-set-remove-unseen-adds' && change.op === 'remove'
        ? overreaching(base, author.actor, change.element)
        : null;
    const state = unseen ?? prepare(change, base, author, this.#resolution, this.#order);
    return state === null ? null : { table, key, state };
  }

  /** Returns the row's state now. */
  merge({ table, key, state }: Update): RowState {
    const before = this.get(table, key);
    const after =
      before === null ? state : afterMerge(before, state, mergeStates(before, state, this.#order), this.#bug);
    this.set(table, key, after);
    return after;
  }

  set(table: string, key: string, state: RowState): void {
    let rows = this.#tables.get(table);
    if (!rows) this.#tables.set(table, (rows = new Map<string, RowState>()));
    rows.set(key, state);
  }

  delete(table: string, key: string): void {
    this.#tables.get(table)?.delete(key);
  }

  answer(request: Exclude<Request, Change>): Reply {
    if (request.op === 'scan') return scanned(this.table(request.table), this.#resolution, this.#order);
    return shown(this.get(request.table, request.key), this.#resolution, this.#order);
  }
}

/** The answer to a read of a row in this state. */
export function shown(state: RowState | null, resolution: Resolution, order = isLater): Reply {
  if (state === null)
    return keepsVersions(resolution) ? { ok: true, fields: null, siblings: [] } : { ok: true, fields: null };
  const fields = visibleFields(state, resolution, order);
  if (state.kind !== 'versions') return { ok: true, fields };
  return { ok: true, fields, siblings: versionsOf(state), context: state.versions.context };
}

/** The answer to a scan of these rows: the keys of those that are not deleted. */
export function scanned(rows: ReadonlyMap<string, RowState>, resolution: Resolution, order = isLater): Reply {
  const keys = [...rows].filter(([, state]) => visibleFields(state, resolution, order) !== null);
  return { ok: true, keys: keys.map(([key]) => key) };
}
