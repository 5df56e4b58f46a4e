// What an online checker need not remember of one object, once what it has seen so far is in order.
import { INVOKE, OK, type History } from '../../harness/history/history.ts';
import type { Json } from '../../harness/history/event.ts';
import { blocksOf } from '../linearizability/blocks.ts';
import { clustersOf, NONE } from '../linearizability/clusters.ts';
import { NotOfThisModel, PENDING, registerOperations } from '../linearizability/operations.ts';
import { firstOpen } from './open.ts';

/** Which events to keep, or null for all. */
export type Forget = (history: History, initial: Json) => Uint8Array | null;

/**
 * Registers with unique values. A value is over when something that must come after it was there before any operation
 * that is still open began: whoever reads it from now on is wrong, whether it is remembered or not. Of values that are
 * not over the writer stays, who first proved it there, and who saw it last; so do open and indeterminate operations.
 * What is left hangs on how many operations overlap, not on how many there were. A refused compare-and-set of a value
 * that is over goes, too: with it, at most, something goes unnoticed until the whole history is judged.
 */
export const forgetValues: Forget = (history, initial) => {
  const ops = operationsOf(history, initial);
  if (ops === null) return null;
  const clusters = clustersOf(ops);
  if (clusters.unique.some((unique) => unique === 0)) return null;
  const { block, lo, hi } = blocksOf(ops, clusters, () => undefined);
  const since = firstOpen(history);
  /** By key, of the blocks that were there before any open operation began, the one that reaches furthest. */
  const furthest = new Map<number, number>();
  for (let c = 0; c < clusters.count; c++) {
    if (block[c] !== c || lo[c] >= since) continue;
    const known = furthest.get(clusters.key[c]);
    if (known === undefined || hi[c] > hi[known]) furthest.set(clusters.key[c], c);
  }
  /** That one stays: it alone may show that others are over. */
  const isOver = (root: number): boolean => {
    const last = furthest.get(clusters.key[root]);
    return last !== undefined && last !== root && lo[root] < hi[last];
  };
  const keep = new Uint8Array(history.length);
  const keepOp = (op: number): void => {
    keep[ops.inv[op]] = 1;
    if (history.pair[ops.inv[op]] >= 0) keep[history.pair[ops.inv[op]]] = 1;
  };
  for (let op = 0; op < ops.length; op++) {
    const c = clusters.of[op];
    const needed =
      c === NONE || !clusters.kept[c]
        ? ops.ret[op] === PENDING || ops.ret[op] >= since
        : !isOver(block[c]) && [clusters.creator[c], clusters.loOp[c], clusters.hiOp[c]].includes(op);
    if (needed) keepOp(op);
  }
  return keepOthers(history, keep, ops.inv);
};

function operationsOf(history: History, initial: Json): ReturnType<typeof registerOperations> | null {
  try {
    return registerOperations(history, initial);
  } catch (error) {
    if (error instanceof NotOfThisModel) return null;
    throw error;
  }
}

/** Session guarantees: of reads of one value in a row by one session the first and the last stay. */
export const forgetRepeats: Forget = (history) => {
  const keep = new Uint8Array(history.length).fill(1);
  const read = history.functions.idOf('read');
  const previous = new Map<string | number, number[]>();
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] < 0 || history.type[i] !== INVOKE) continue;
    const session = history.sessions.get(i) ?? history.process[i];
    const end = history.pair[i];
    const isRead = history.f[i] === read && end >= 0 && history.type[end] === OK;
    const run = previous.get(session) ?? [];
    const same =
      isRead &&
      run.length > 0 &&
      JSON.stringify(history.values[history.pair[run[0]]]) === JSON.stringify(history.values[end]);
    previous.set(session, isRead ? (same ? [...run, i] : [i]) : []);
    if (!same || run.length < 2) continue;
    const middle = run.splice(1, 1)[0];
    previous.set(session, [run[0], i]);
    keep[middle] = 0;
    keep[history.pair[middle]] = 0;
  }
  return keep;
};

/** Sets: what reads before the final ones showed is judged; only each node's last says anything later. */
export const forgetReads: Forget = (history) => {
  const keep = new Uint8Array(history.length).fill(1);
  const read = history.functions.idOf('read');
  const last = new Map<number, number>();
  for (let i = 0; i < history.length; i++) {
    if (history.process[i] < 0 || history.f[i] !== read || history.type[i] !== OK) continue;
    const before = last.get(history.node[i]);
    last.set(history.node[i], i);
    if (before === undefined) continue;
    keep[before] = 0;
    keep[history.pair[before]] = 0;
  }
  return keep;
};

/** Marks of the nemesis and open operations stay, whatever they are. */
function keepOthers(history: History, keep: Uint8Array, known: Int32Array): Uint8Array {
  const judged = new Set(known);
  for (let i = 0; i < history.length; i++) {
    const open = history.type[i] === INVOKE && history.pair[i] < 0;
    if (history.process[i] < 0 || (open && !judged.has(i))) keep[i] = 1;
    if (open) keep[i] = 1;
  }
  return keep;
}
