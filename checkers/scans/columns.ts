import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Operation } from '../sets-queues-counters/elements.ts';

/** A write of some columns of one row; `returned` Infinity unless it was acknowledged. */
export interface Write {
  readonly invoked: number;
  readonly returned: number;
  readonly columns: ReadonlySet<string>;
}

type Row = { readonly [column: string]: Json };

/** The columns of one row: who wrote what, and when. Failed writes are none. */
export class Columns {
  /** What was there at first: before all writes. */
  readonly #initial: Write;
  readonly #hasDeletes: boolean;
  /** By column, by the value's identity: who wrote it; null: several did. */
  readonly #writers = new Map<string, Map<unknown, Write | null>>();
  /** By column, the acknowledged writes by invocation, and the least return from each on. */
  readonly #acknowledged = new Map<string, { readonly writes: Write[]; readonly least: number[] }>();

  constructor(ops: readonly Operation[]) {
    this.#hasDeletes = ops.some(({ f }) => f === 'delete');
    for (const { f, type, asked, invoked, completed } of ops) {
      if (f !== 'write' || type === 'fail' || !isRow(asked)) continue;
      const columns = new Set(Object.keys(asked));
      const write = { invoked, returned: type === 'ok' ? completed : Infinity, columns };
      for (const column of columns) this.#put(column, asked[column], write);
    }
    for (const { writes, least } of this.#acknowledged.values())
      for (let i = writes.length - 1; i >= 0; i--)
        least[i] = Math.min(least[i + 1] ?? Infinity, writes[i].returned);
    this.#initial = { invoked: -1, returned: -1, columns: new Set(this.#writers.keys()) };
  }

  /** Of each column of the answer whose write is known, that write. */
  seenBy({ asked, answer }: Operation): { readonly column: string; readonly write: Write }[] {
    if (answer !== null && !isRow(answer)) return [];
    const columns = Array.isArray(asked) ? asked.map(String) : [...this.#writers.keys()];
    return columns.flatMap((column) => {
      const value = answer?.[column] ?? null;
      const writers = this.#writers.get(column);
      const nobody = value === null && !this.#hasDeletes && writers !== undefined && !writers.has(null);
      const write = nobody ? this.#initial : writers?.get(identityOf(value));
      return write ? [{ column, write }] : [];
    });
  }

  /** An acknowledged write of the column, other than `not`, invoked after event `after` and returned before `before`. */
  between(column: string, after: number, before: number, not: Write): Write | null {
    const { writes = [], least = [] } = this.#acknowledged.get(column) ?? {};
    let [low, high] = [0, writes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (writes[middle].invoked <= after) low = middle + 1;
      else high = middle;
    }
    for (; low < writes.length && least[low] < before; low++)
      if (writes[low].returned < before && writes[low] !== not) return writes[low];
    return null;
  }

  #put(column: string, value: Json, write: Write): void {
    let writers = this.#writers.get(column);
    if (writers === undefined) this.#writers.set(column, (writers = new Map<unknown, Write | null>()));
    const id = identityOf(value);
    writers.set(id, writers.has(id) ? null : write);
    if (write.returned === Infinity) return;
    const known = this.#acknowledged.get(column);
    if (known === undefined) this.#acknowledged.set(column, { writes: [write], least: [] });
    else known.writes.push(write);
  }
}

function isRow(value: Json): value is Row {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
