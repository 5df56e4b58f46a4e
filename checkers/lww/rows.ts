import type { Json } from '../../harness/history/event.ts';
import { FAIL, INVOKE, OK, type History } from '../../harness/history/history.ts';
import { PairTable } from '../session/pair-table.ts';
import { AMBIGUOUS, FAILED_WRITE, Versions } from '../session/versions.ts';

export const READ = 0;
export const WRITE = 1;
export const DELETE = 2;

/** A cell: one field of one row. `writers` are the operations that wrote or deleted it (failed ones left out). */
export interface Cell {
  readonly id: number;
  readonly row: number;
  readonly field: string;
  readonly writers: number[];
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
  /** Writes whose values the completed read `op` shows: `sees[seesFrom[op]]` up to `sees[seesFrom[op + 1] - 1]`. */
  readonly sees: readonly number[];
  readonly seesFrom: Int32Array;
  /** Who wrote a value to a cell. */
  readonly writerOf: (cell: Cell, value: Json) => Writer;
  readonly impossible: readonly Impossible[];
  /** Reads of a value that several writes wrote to the cell: nothing can be said of them. */
  readonly ambiguous: number;
}

/** An operation, {@link AMBIGUOUS} (several), a failed write, or nobody. */
export type Writer = number | 'failed' | 'nobody';

/** A read (by event) that shows what it cannot: a value never written before, or only by a failed write. */
export interface Impossible {
  readonly read: number;
  readonly row: number;
  readonly field: string;
  readonly value: Json;
  readonly failed: boolean;
}

export function rowsOf(history: History): Rows {
  const { type, f, pair, process, values } = history;
  const [read, write, remove] = ['read', 'write', 'delete'].map((name) => history.functions.idOf(name));
  const isRow = (i: number): boolean =>
    type[i] === INVOKE && process[i] >= 0 && (f[i] === read || f[i] === write || f[i] === remove);
  let total = 0;
  let written = 0;
  for (let i = 0; i < history.length; i++) {
    if (!isRow(i)) continue;
    total++;
    if (f[i] === write) written += Object.keys(recordOf(values[i])).length;
  }
  const invoked = new Int32Array(total);
  const acknowledged = new Int32Array(total).fill(-1);
  const observed = new Float64Array(total).fill(Infinity);
  const kind = new Uint8Array(total);
  const row = new Int32Array(total);
  const table = new Table(history.keys.size + 1, written);

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

  const sees: number[] = [];
  const seesFrom = new Int32Array(count + 1);
  const impossible: Impossible[] = [];
  let ambiguous = 0;
  for (let op = 0; op < count; op++) {
    seesFrom[op] = sees.length;
    if (kind[op] !== READ || acknowledged[op] < 0) continue;
    const end = acknowledged[op];
    const shown = recordOf(values[end]);
    for (const field in shown) {
      const value = shown[field];
      if (value === null) continue;
      const w = table.writerAt(row[op], field, value);
      if (w === AMBIGUOUS) ambiguous++;
      else if (typeof w !== 'number' || invoked[w] > end)
        impossible.push({ read: end, row: row[op], field, value, failed: w === 'failed' });
      else {
        if (end < observed[w]) observed[w] = end;
        if (!has(sees, seesFrom[op], w)) sees.push(w);
      }
    }
  }
  seesFrom[count] = sees.length;
  const { cells, cellsOf } = table;
  const writerOf = (cell: Cell, value: Json): Writer => table.writerOf(cell.id, value);
  return {
    ...{ history, count, invoked, acknowledged, observed, kind, row, cells, cellsOf },
    ...{ sees, seesFrom, writerOf, impossible, ambiguous },
  };
}

function has(list: readonly number[], from: number, item: number): boolean {
  for (let i = from; i < list.length; i++) if (list[i] === item) return true;
  return false;
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
  readonly #fields = new Map<string, number>();
  /** (row, field) → cell */
  readonly #ids: PairTable;
  /** Values written to cells, in order: the cell of each, and the operation. */
  readonly #cellOf: Int32Array;
  readonly #writer: Int32Array;
  #written = 0;
  readonly #versions: Versions;

  constructor(rows: number, written: number) {
    this.cellsOf = Array.from({ length: rows }, () => []);
    this.#ids = new PairTable(rows);
    this.#cellOf = new Int32Array(written);
    this.#writer = new Int32Array(written);
    this.#versions = new Versions(this.#cellOf, undefined);
  }

  #cell(row: number, field: string): Cell {
    let number = this.#fields.get(field);
    if (number === undefined) this.#fields.set(field, (number = this.#fields.size));
    const id = this.#ids.add(row, number, this.cells.length);
    if (id >= 0) return this.cells[id];
    const cell: Cell = { id: this.cells.length, row, field, writers: [] };
    this.cellsOf[row].push(cell.id);
    this.cells.push(cell);
    return cell;
  }

  written(row: number, value: Json, op: number): void {
    const fields = recordOf(value);
    for (const field in fields) {
      const cell = this.#cell(row, field);
      const n = this.#written++;
      this.#cellOf[n] = cell.id;
      this.#writer[n] = op;
      this.#versions.written(n, fields[field]);
      cell.writers.push(op);
    }
  }

  failed(row: number, value: Json): void {
    for (const [field, v] of fieldsOf(value)) this.#versions.failed(this.#cell(row, field).id, v);
  }

  writerAt(row: number, field: string, value: Json): Writer {
    const number = this.#fields.get(field);
    const id = number === undefined ? -1 : this.#ids.get(row, number);
    return id < 0 ? 'nobody' : this.writerOf(id, value);
  }

  writerOf(cell: number, value: Json): Writer {
    const n = this.#versions.versionOf(cell, value);
    if (n >= 0) return this.#writer[n];
    return n === AMBIGUOUS ? AMBIGUOUS : n === FAILED_WRITE ? 'failed' : 'nobody';
  }
}
