import { before, BLOCK, chainsOf, clockBlocks, type Chains } from './causality.ts';
import { finalsOf, type RowFinals } from './finals.ts';
import { AMBIGUOUS } from '../session/versions.ts';
import { DELETE, fieldsOf, WRITE, type Cell, type Rows } from './rows.ts';

/**
 * How an acknowledged update of a cell was lost:
 * - `total-loss`: nothing is left in the cell, and nobody had deleted the row
 * - `causal-inversion`: what is left had been written causally before it
 * - `resurrection`: it is a delete, and what is left had been written causally before it
 * - `clock-skew-loss`: what is left had been written before it in real time
 * - `field-loss`: lost without a competitor on its field: see {@link carrierOf}
 * - `concurrent-discard`: what is left was written concurrently: last writer wins permits it
 */
export type Fate =
  | 'total-loss'
  | 'causal-inversion'
  | 'resurrection'
  | 'clock-skew-loss'
  | 'field-loss'
  | 'concurrent-discard';

export interface Lost {
  readonly fate: Fate;
  readonly cell: Cell;
  readonly update: number;
  /** The update whose effect is left; for an empty cell the last of the deletes that may have won; -1 if none. */
  readonly winner: number;
  /** All that may have won, or one that was written concurrently. */
  readonly winners: readonly number[];
  /** A write of other fields of the row that may have carried the old value along, -1 if there is none. */
  readonly carrier: number;
  /** False when an indeterminate update that nobody observed may have superseded it. */
  readonly certain: boolean;
  readonly finals: RowFinals;
}

export interface Fates {
  readonly chains: Chains;
  readonly finals: ReadonlyMap<number, RowFinals>;
  readonly lost: readonly Lost[];
  /** Acknowledged updates (of a cell each) that the final reads owe, and those that a later one superseded. */
  readonly owed: number;
  readonly superseded: number;
  readonly unread: number;
}

const NO_WINNER = -1;

/** A cell that can be judged: its replicas agree on what is left, and that names its writer. */
interface Case {
  readonly cell: Cell;
  readonly finals: RowFinals;
  /** Which updates may have won: one for a value, the deletes for an empty cell, none if nobody deleted. */
  readonly winners: readonly number[];
  readonly empty: boolean;
  /** By writer of the cell: winners that are causally before it, and those before it at least in real time. */
  readonly causal: Int32Array;
  readonly earlier: Int32Array;
  /** By writer: the last winner that is not before it, neither way; -1 if there is none. */
  readonly rival: Int32Array;
  /** By writer: 2 superseded by an update that took effect, 1 only by one that may have, 0 not at all. */
  readonly above: Uint8Array;
}

/** What became of every acknowledged update, from the final reads of all replicas and causality alone. */
export function fatesOf(rows: Rows): Fates {
  const finals = finalsOf(rows);
  const chains = chainsOf(rows);
  const { cases, unread } = casesOf(rows, finals);
  for (const block of clockBlocks(rows, chains))
    for (const one of cases.values()) compare(rows, chains, block, one);

  const lost: Lost[] = [];
  let owed = 0;
  let superseded = 0;
  for (const one of cases.values())
    one.cell.writers.forEach((update, n) => {
      if (rows.acknowledged[update] < 0 || rows.acknowledged[update] >= one.finals.began) return;
      owed++;
      if (one.winners.includes(update) || (one.empty && rows.kind[update] === DELETE)) return;
      if (one.above[n] === 2) superseded++;
      else lost.push(judged(rows, cases, one, update, n));
    });
  return { chains, finals, lost, owed, superseded, unread };
}

function casesOf(
  rows: Rows,
  finals: ReadonlyMap<number, RowFinals>,
): { cases: Map<Cell, Case>; unread: number } {
  const cases = new Map<Cell, Case>();
  let unread = 0;
  for (const cell of rows.cells) {
    const seen = finals.get(cell.row);
    if (seen === undefined) unread++;
    if (seen === undefined || !seen.agree) continue;
    const value = fieldsOf(seen.reads[0].value).find(([field]) => field === cell.field)?.[1] ?? null;
    const version = value === null ? NO_WINNER : rows.writerOf(cell, value);
    const isAmbiguous = version === AMBIGUOUS || (value === null && hasNull(rows, cell));
    if (typeof version !== 'number' || isAmbiguous) continue;
    const empty = value === null;
    cases.set(cell, {
      cell,
      finals: seen,
      empty,
      winners: empty ? cell.writers.filter((op) => rows.kind[op] === DELETE) : [version],
      causal: new Int32Array(cell.writers.length),
      earlier: new Int32Array(cell.writers.length),
      rival: new Int32Array(cell.writers.length).fill(NO_WINNER),
      above: new Uint8Array(cell.writers.length),
    });
  }
  return { cases, unread };
}

/** Null in a field is what an empty one reads too. */
function hasNull(rows: Rows, cell: Cell): boolean {
  return typeof rows.writerOf(cell, null) === 'number';
}

type Block = Parameters<typeof before>[0];

// Scratch space of `compare`, which runs for every cell and block.
const likely = new Int32Array(BLOCK);
const proven = new Int32Array(BLOCK);

/** Adds what a block of chains tells of a case. */
function compare(
  rows: Rows,
  chains: Chains,
  block: Block,
  { cell, winners, causal, earlier, rival, above }: Case,
): void {
  const { chain, position } = chains;
  const { first, width, slot, clock } = block;
  likely.fill(0, 0, width);
  proven.fill(0, 0, width);
  for (const w of cell.writers) {
    const from = slot[w] * width;
    const effective = rows.observed[w] < Infinity;
    for (let j = 0; j < width; j++) {
      const reached = clock[from + j];
      if (reached > likely[j]) likely[j] = reached;
      if (effective && reached > proven[j]) proven[j] = reached;
    }
  }
  const { writers } = cell;
  for (let n = 0; n < writers.length; n++) {
    const column = chain[writers[n]] - first;
    if (column < 0 || column >= width) continue;
    const at = position[writers[n]];
    above[n] = proven[column] >= at ? 2 : likely[column] >= at ? 1 : 0;
  }
  for (const winner of winners) {
    const column = chain[winner] - first;
    if (column < 0 || column >= width) continue;
    for (let n = 0; n < writers.length; n++) {
      const isCause = before(block, chains, winner, writers[n]);
      if (isCause) causal[n]++;
      if (isCause || rows.observed[winner] < rows.invoked[writers[n]]) earlier[n]++;
      else rival[n] = Math.max(rival[n], winner);
    }
  }
}

function judged(rows: Rows, cases: ReadonlyMap<Cell, Case>, one: Case, update: number, n: number): Lost {
  const { cell, causal, earlier, rival, above, finals } = one;
  // One that was written concurrently is enough of those that may have won.
  const winners = rival[n] === NO_WINNER ? one.winners : [rival[n]];
  const isDelete = rows.kind[update] === DELETE;
  const inverted = winners.length > 0 && causal[n] === one.winners.length;
  const late = winners.length > 0 && earlier[n] === one.winners.length;
  const winner = winners.at(-1) ?? NO_WINNER;
  const carrier = isDelete ? -1 : carrierOf(rows, cases, one, update);
  const alone =
    carrier >= 0 && (winner === NO_WINNER || ((inverted || late) && sameNode(rows, winner, update)));
  const fate: Fate = alone
    ? 'field-loss'
    : winner === NO_WINNER
      ? 'total-loss'
      : inverted
        ? isDelete
          ? 'resurrection'
          : 'causal-inversion'
        : late
          ? 'clock-skew-loss'
          : 'concurrent-discard';
  return { fate, cell, update, winner, winners, carrier, certain: above[n] === 0, finals };
}

/**
 * A write that won on another field of the row, did not touch this one, and may have overlapped the lost update or
 * come after it: where the whole row has one timestamp, it overwrites fields that it never mentioned. Blamed only
 * where no competitor on the field itself explains the loss: nothing is left of it, or what is left was written
 * earlier through the same node, whose one clock orders the two.
 */
function carrierOf(rows: Rows, cases: ReadonlyMap<Cell, Case>, { cell }: Case, update: number): number {
  for (const id of rows.cellsOf[cell.row]) {
    const other = cases.get(rows.cells[id]);
    const winner = other === undefined || other.empty ? NO_WINNER : other.winners[0];
    if (winner >= 0 && winner !== update && rows.kind[winner] === WRITE)
      if (!cell.writers.includes(winner) && rows.observed[winner] > rows.invoked[update]) return winner;
  }
  return -1;
}

function sameNode({ history, acknowledged }: Rows, a: number, b: number): boolean {
  if (acknowledged[a] < 0 || acknowledged[b] < 0) return false;
  const node = history.node[acknowledged[a]];
  return node >= 0 && node === history.node[acknowledged[b]];
}
