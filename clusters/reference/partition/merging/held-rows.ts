import { mergeStates, type RowState } from '../../replica/rows/row-state.ts';
import type { Update } from '../../replica/rows/rows.ts';
import type { Fields, TokenOf } from '../../replica/types.ts';
import { isIn, type TokenRange } from '../ranges.ts';
import type { MovedRow, PartitionReply } from '../requests.ts';
import { firstAfter } from '../sorted-names.ts';
import { rowName, rowOf } from '../transfers.ts';

/** What a node held of some ranges when it was asked for the first page of them. */
export class HeldRows {
  /** Of the move that they are asked for; 0: of none. */
  epoch = 0;
  names: readonly string[] = [];
  states: ReadonlyMap<string, RowState> = new Map();

  take(epoch: number, held: Iterable<Update>, ranges: readonly TokenRange[], tokenOf: TokenOf): void {
    const states = new Map<string, RowState>();
    for (const { table, key, state } of held) {
      const token = tokenOf(table, key);
      if (token === null || !ranges.some((range) => isIn(token, range))) continue;
      const name = rowName(table, key);
      const known = states.get(name);
      states.set(name, known === undefined ? state : mergeStates(known, state));
    }
    this.epoch = epoch;
    this.states = states;
    this.names = [...states.keys()].sort();
  }
}

/** A page; of rows that merge, what moves is their state. */
export function exported(
  { names, states }: HeldRows,
  after: readonly [table: string, key: string] | null,
  limit: number,
): PartitionReply {
  const from = after === null ? 0 : firstAfter(names, rowName(...after));
  const rows = names.slice(from, from + limit).map((name): MovedRow => {
    const [table, key] = rowOf(name);
    return [table, key, states.get(name) as unknown as Fields];
  });
  return { rows, left: Math.max(0, names.length - from - limit) };
}

/** The other way round. */
export function updatesOf(rows: readonly MovedRow[]): Update[] {
  return rows.flatMap(([table, key, state]) =>
    state === null ? [] : [{ table, key, state: state as unknown as RowState }],
  );
}
