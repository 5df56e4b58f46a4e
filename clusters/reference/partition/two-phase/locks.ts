import { rowName } from '../transfers.ts';
import type { RowOperation } from './requests.ts';

/** Which transactions hold which rows: many that only read, or one that writes. Nobody waits: who comes second is refused. */
export class Locks {
  readonly #holders = new Map<string, Map<string, 'read' | 'write'>>();

  /** A row that the transaction cannot have, or null. */
  conflict(txn: string, operations: readonly RowOperation[]): RowOperation | null {
    return operations.find((one) => this.#isHeld(rowName(one.table, one.key), writes(one), txn)) ?? null;
  }

  /** Must somebody outside of all transactions keep away from this row? */
  blocks(table: string, key: string, isChange: boolean): boolean {
    return this.#isHeld(rowName(table, key), isChange, null);
  }

  /** Rows that some transaction is going to write, by name. */
  get written(): readonly string[] {
    return [...this.#holders].flatMap(([row, by]) => ([...by.values()].includes('write') ? [row] : []));
  }

  get held(): readonly string[] {
    return [...this.#holders.keys()];
  }

  take(txn: string, operations: readonly RowOperation[]): void {
    for (const one of operations) {
      const row = rowName(one.table, one.key);
      const by = this.#holders.get(row) ?? new Map<string, 'read' | 'write'>();
      this.#holders.set(row, by);
      if (writes(one) || !by.has(txn)) by.set(txn, writes(one) ? 'write' : 'read');
    }
  }

  release(txn: string, operations: readonly RowOperation[]): void {
    for (const one of operations) {
      const row = rowName(one.table, one.key);
      const by = this.#holders.get(row);
      by?.delete(txn);
      if (by?.size === 0) this.#holders.delete(row);
    }
  }

  #isHeld(row: string, isChange: boolean, own: string | null): boolean {
    for (const [txn, mode] of this.#holders.get(row) ?? [])
      if (txn !== own && (isChange || mode === 'write')) return true;
    return false;
  }
}

function writes({ f }: RowOperation): boolean {
  return f !== 'read' && f !== 'check';
}
