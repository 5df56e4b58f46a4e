import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';

export const READ = 0;
export const WRITE = 1;
export const DELETE = 2;

/** A cell: one field of one row. `writers` are the operations that wrote or deleted it (failed ones left out). */
export interface Cell {
  readonly row: number;
  readonly field: string;
  readonly writers: number[];
  readonly versions: Map<unknown, number>;
  /** Values that only failed writes tried to write. */
  readonly failed: Set<unknown>;
}

/**
 * The operations of a history on rows of several fields, one entry an operation, in order of invocation; failed
 * ones are left out.
 *
 * - `kind` {@link READ}, {@link WRITE} (value `{field: v, …}`, only these fields) or {@link DELETE}
 * - `acknowledged` event of the `ok` completion, -1 if indeterminate
 * - `observed` event by which the operation had certainly taken effect: its acknowledgement, or the first completed
 *   read that shows one of its values; Infinity if there is neither
 * - `row` id in `history.keys` plus one, 0 without a key
 */
export interface Rows {
  readonly history: History;
  readonly count: number;
  readonly invoked: Int32Array;
  readonly acknowledged: Int32Array;
  readonly observed: Float64Array;
  readonly kind: Uint8Array;
  readonly row: Int32Array;
  readonly cells: readonly Cell[];
  /** Cells of each row. */
  readonly cellsOf: readonly (readonly number[])[];
  /** Writes whose values each completed read shows. */
  readonly sees: ReadonlyMap<number, readonly number[]>;
  readonly impossible: readonly Impossible[];
  /** Reads of a value that several writes wrote to the cell: nothing can be said of them. */
  readonly ambiguous: number;
}

/** A read (by event) that shows what it cannot: a value never written before, or only by a failed write. */
export interface Impossible {
  readonly read: number;
  readonly row: number;
  readonly field: string;
  readonly value: Json;
  readonly failed: boolean;
}

export const AMBIGUOUS = -2;

export function rowsOf(history: History): Rows {
  const { type, f, pair, process, values } = history;
  const [read, write, remove] = ['read', 'write', 'delete'].map((name) => history.functions.idOf(name));
  const isRow = (i: number): boolean =>
    type[i] === INVOKE && process[i] >= 0 && (f[i] === read || f[i] === write || f[i] === remove);
  let total = 0;
  for (let i = 0; i < history.length; i++) if (isRow(i)) total++;
  const invoked = new Int32Array(total);
  const acknowledged = new Int32Array(total).fill(-1);
  const observed = new Float64Array(total).fill(Infinity);
  const kind = new Uint8Array(total);
  const row = new Int32Array(total);
  const table = new Table(history.keys.size + 1);

  let count = 0;
  for (let i = 0; i < history.length; i++) {
    if (!isRow(i)) continue;
    const end = pair[i];
    const failed = end >= 0 && type[end] === FAIL;
    if (failed && f[i] === write) table.failed(history.key[i] + 1, values[i]);
    if (failed) continue;
    invoked[count] = i;
    row[count] = history.key[i] + 1;
    kind[count] = f[i] === read ? READ : f[i] === write ? WRITE : DELETE;
    if (end >= 0 && type[end] === OK) {
      acknowledged[count] = end;
      if (kind[count] !== READ) observed[count] = end;
    }
    if (kind[count] === WRITE) table.written(row[count], values[i], count);
    count++;
  }
  const deletes = new Map<number, number[]>();
  for (let op = 0; op < count; op++) {
    if (kind[op] !== DELETE) continue;
    const known = deletes.get(row[op]);
    if (known === undefined) deletes.set(row[op], [op]);
    else known.push(op);
  }
  for (const [of, ops] of deletes)
    for (const cell of table.cellsOf[of] ?? []) table.cells[cell].writers.push(...ops);

  const sees = new Map<number, number[]>();
  const impossible: Impossible[] = [];
  let ambiguous = 0;
  for (let op = 0; op < count; op++) {
    if (kind[op] !== READ || acknowledged[op] < 0) continue;
    const end = acknowledged[op];
    const seen: number[] = [];
    const shown = recordOf(values[end]);
    for (const field in shown) {
      const value = shown[field];
      if (value === null) continue;
      const w = table.versionOf(row[op], field, value);
      if (w === AMBIGUOUS) ambiguous++;
      else if (typeof w !== 'number' || invoked[w] > end)
        impossible.push({ read: end, row: row[op], field, value, failed: w === 'failed' });
      else {
        observed[w] = Math.min(observed[w], end);
        if (!seen.includes(w)) seen.push(w);
      }
    }
    if (seen.length > 0) sees.set(op, seen);
  }
  const { cells, cellsOf } = table;
  return {
    history,
    count,
    invoked,
    acknowledged,
    observed,
    kind,
    row,
    cells,
    cellsOf,
    sees,
    impossible,
    ambiguous,
  };
}

/** Fields of a row's value; none for a row that is not there. */
export function fieldsOf(value: Json): [string, Json][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
  return Object.entries(value);
}

/** The same without a copy, for the loops over all events. */
function recordOf(value: Json): { readonly [field: string]: Json } {
  const isRecord = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isRecord ? (value as { readonly [field: string]: Json }) : NO_FIELDS;
}

const NO_FIELDS: { readonly [field: string]: Json } = {};

class Table {
  readonly cells: Cell[] = [];
  readonly cellsOf: number[][];
  readonly #ids: (Map<string, number> | undefined)[];

  constructor(rows: number) {
    this.cellsOf = Array.from({ length: rows }, () => []);
    this.#ids = new Array<Map<string, number> | undefined>(rows).fill(undefined);
  }

  #cell(row: number, field: string): Cell {
    const ids = (this.#ids[row] ??= new Map<string, number>());
    const known = ids.get(field);
    if (known !== undefined) return this.cells[known];
    const cell: Cell = { row, field, writers: [], versions: new Map(), failed: new Set() };
    ids.set(field, this.cells.length);
    this.cellsOf[row].push(this.cells.length);
    this.cells.push(cell);
    return cell;
  }

  written(row: number, value: Json, op: number): void {
    const fields = recordOf(value);
    for (const field in fields) {
      const cell = this.#cell(row, field);
      const identity = identityOf(fields[field]);
      cell.versions.set(identity, cell.versions.has(identity) ? AMBIGUOUS : op);
      cell.writers.push(op);
    }
  }

  failed(row: number, value: Json): void {
    for (const [field, v] of fieldsOf(value)) this.#cell(row, field).failed.add(identityOf(v));
  }

  versionOf(row: number, field: string, value: Json): number | 'failed' | 'nobody' {
    const id = this.#ids[row]?.get(field);
    if (id === undefined) return 'nobody';
    const cell = this.cells[id];
    return cell.versions.get(identityOf(value)) ?? (cell.failed.has(identityOf(value)) ? 'failed' : 'nobody');
  }
}
