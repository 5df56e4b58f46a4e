import type { Chains } from '../lww/causality.ts';
import { INITIAL, type Registers } from '../session/registers.ts';
import { conflictCycle, Conflicts } from './conflicts.ts';
import { lastAtOrBefore, WriteLog } from './observations.ts';

/**
 * Why no order of all writes, with the reads of one session among them, explains that session.
 *
 * - `cycle` operations that must each come before the next
 * - `read` of the initial value although write `past` must come before it
 * - `forced` the orders that the session's own reads force
 */
export type Contradiction =
  | { readonly type: 'cycle'; readonly cycle: readonly number[]; readonly forced: Conflicts }
  | { readonly type: 'initial'; readonly read: number; readonly past: number; readonly forced: Conflicts };

/**
 * Happens-before as one session must see it, by saturation (hb of Bouajjani et al., POPL 2017): the given order of
 * operations, and whenever a write of the key of one of its reads comes before that read, that write comes before the
 * one which the read returned. Until nothing is added, or a cycle shows. O(n · chains) a round.
 *
 * `registers.sees` tells which reads count as causes; `isOwn` whose reads force an order.
 */
export function contradiction(
  registers: Registers,
  chains: Chains,
  isOwn: (op: number) => boolean,
): Contradiction | null {
  const { count, sees, key, completed } = registers;
  const { chain, position } = chains;
  const width = chains.parent.length;
  const log = new WriteLog(registers, chains);
  for (let op = 0; op < count; op++) if (registers.writes[op] === 1) log.add(op);
  const forced = new Conflicts();
  for (;;) {
    const cycle = conflictCycle({ registers, chains }, forced);
    if (cycle !== null) return { type: 'cycle', cycle, forced };
    const rows = clocks(registers, chains, forced);
    const before = forced.length;
    for (let read = 0; read < count; read++) {
      const u = sees[read];
      if (completed[read] < 0 || (u < 0 && u !== INITIAL) || !isOwn(read)) continue;
      const writers = log.on(key[read]);
      for (let n = 0; n < writers.chains.length; n++) {
        const seen = rows[read * width + writers.chains[n]];
        const limit = writers.chains[n] === chain[read] ? position[read] - 1 : seen;
        if (limit <= 0) continue;
        const past = lastAtOrBefore(position, writers.lists[n], limit);
        if (past < 0) continue;
        if (u === INITIAL) return { type: 'initial', read, past, forced };
        if (rows[u * width + chain[past]] < position[past]) forced.add(past, u, read);
      }
    }
    if (forced.length === before) return null;
  }
}

/** For each operation and chain, the position of the last operation of the chain that is not after it. */
function clocks(registers: Registers, chains: Chains, forced: Conflicts): Int32Array {
  const { count, sees } = registers;
  const { chain, position, previous, parent } = chains;
  const width = parent.length;
  const rows = new Int32Array(count * width);
  const done = new Uint8Array(count);
  const into = new Map<number, number[]>();
  for (let i = 0; i < forced.length; i++) {
    const { from, to } = forced.at(i);
    const known = into.get(to);
    if (known) known.push(from);
    else into.set(to, [from]);
  }
  const NOBODY: readonly number[] = [];
  const causesOf = (op: number): number[] =>
    [previous[op], sees[op], ...(into.get(op) ?? NOBODY)].filter((cause) => cause >= 0);
  const stack: number[] = [];
  for (let start = 0; start < count; start++) {
    stack.push(start);
    while (stack.length > 0) {
      const op = stack[stack.length - 1];
      if (done[op] === 1) {
        stack.pop();
        continue;
      }
      const causes = causesOf(op);
      const waiting = causes.filter((cause) => done[cause] === 0);
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      done[op] = 1;
      for (const cause of causes)
        for (let c = 0; c < width; c++)
          if (rows[cause * width + c] > rows[op * width + c]) rows[op * width + c] = rows[cause * width + c];
      rows[op * width + chain[op]] = position[op];
    }
  }
  return rows;
}
