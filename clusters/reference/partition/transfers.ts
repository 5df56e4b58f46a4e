import type { Fields } from '../replica/types.ts';

/** Rows are named by table and key in one text. */
export const rowName = (table: string, key: string): string => `${table}\u0000${key}`;

export function rowOf(name: string): readonly [table: string, key: string] {
  const at = name.indexOf('\u0000');
  return [name.slice(0, at), name.slice(at + 1)];
}

/** One end of a move that is under way, by its epoch. */
interface Transfer {
  /** Target: the number of the last import. */
  imported: number;
  /** Source: changes since copying began, and by row the count at its last one, in that order. */
  changes: number;
  readonly changed: Map<string, number>;
}

/** The moves that a shard is at one end of: a part of the replicated state. */
export class Transfers {
  readonly #byEpoch = new Map<number, Transfer>();

  constructor(image: readonly (readonly [string, Fields])[] = []) {
    for (const [epoch, { imported, changes, changed }] of image)
      this.#byEpoch.set(Number(epoch), {
        imported: imported as number,
        changes: changes as number,
        changed: new Map(changed as unknown as readonly (readonly [string, number])[]),
      });
  }

  image(): readonly (readonly [string, Fields])[] {
    return [...this.#byEpoch].map(
      ([epoch, { imported, changes, changed }]) =>
        [String(epoch), { imported, changes, changed: [...changed].map((one) => [...one]) }] as const,
    );
  }

  begin(epoch: number): void {
    this.#byEpoch.set(epoch, { imported: 0, changes: 0, changed: new Map() });
  }

  end(epoch: number): void {
    this.#byEpoch.delete(epoch);
  }

  /** Is this the import that is due? A number that has been taken is none, nor is one of a move that is over. */
  take(epoch: number, number: number): boolean {
    const transfer = this.#byEpoch.get(epoch);
    if (transfer === undefined || number !== transfer.imported + 1) return false;
    transfer.imported = number;
    return true;
  }

  /** A row of a range that is being copied has changed. */
  note(epoch: number, row: string): void {
    const transfer = this.#byEpoch.get(epoch);
    if (transfer === undefined) return;
    transfer.changed.delete(row);
    transfer.changed.set(row, ++transfer.changes);
  }

  /** Rows that changed after the count `since`, the first `limit`; the count that they reach; how many are left. */
  since(epoch: number, since: number, limit: number): { rows: string[]; next: number; left: number } {
    const rows: string[] = [];
    let next = since;
    let left = 0;
    for (const [row, count] of this.#byEpoch.get(epoch)?.changed ?? []) {
      if (count <= since) continue;
      if (rows.length === limit) left += 1;
      else {
        rows.push(row);
        next = count;
      }
    }
    return { rows, next, left };
  }
}
