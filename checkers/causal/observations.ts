import { pathBetween, type Chains } from '../lww/causality.ts';
import { INITIAL, type Registers } from '../session/registers.ts';

/**
 * Causal order of a register history, co = (session order ∪ reads-from)⁺, as vector clocks, and the writes that each
 * read had in its causal past: computed in one pass over the events, O(n·k) for k sessions.
 */
export interface Causality {
  readonly registers: Registers;
  readonly chains: Chains;
  /** Is write `cause` causally before write `effect`? */
  readonly before: (cause: number, effect: number) => boolean;
  /** The shortest causal path between two operations, both included; [] if there is none. */
  readonly path: (cause: number, effect: number) => number[];
}

/**
 * Calls `visit(read, write)` for every completed read of a written or initial value, and for each session the last
 * write of the read's key in the read's causal past (other than the one it returned).
 */
export function eachPastWrite(
  registers: Registers,
  chains: Chains,
  visit: (read: number, past: number, causality: Causality) => void,
): Causality {
  const { history, count, invoked, writes, sees, key } = registers;
  const { chain, position, parent, previous } = chains;
  const width = parent.length;
  const slot = new Int32Array(count).fill(-1);
  let updates = 0;
  for (let op = 0; op < count; op++) if (writes[op] === 1) slot[op] = updates++;
  const clock = new Int32Array(updates * width);
  const now = new Int32Array(width * width);
  const log = new WriteLog(registers, chains);

  const join = (to: Int32Array, at: number, w: number): void => {
    const from = slot[w] * width;
    for (let j = 0; j < width; j++) if (clock[from + j] > to[at + j]) to[at + j] = clock[from + j];
    if (to[at + chain[w]] < position[w]) to[at + chain[w]] = position[w];
  };
  const learnt = new Uint8Array(updates);
  /** What a compare-and-set has seen is in its clock from now on: it may be read before it completes. */
  const learn = (w: number, now: number): void => {
    const u = sees[w];
    if (u < 0 || invoked[u] > now || learnt[slot[w]] === 1) return;
    learnt[slot[w]] = 1;
    learn(u, now);
    join(clock, slot[w] * width, u);
  };
  const causality: Causality = {
    registers,
    chains,
    before: (cause, effect) => clock[slot[effect] * width + chain[cause]] >= position[cause],
    path: (cause, effect) =>
      pathBetween(cause, effect, (op) => [previous[op], sees[op] >= 0 ? sees[op] : -1]),
  };

  const opAt = new Int32Array(history.length).fill(-1);
  for (let op = 0; op < count; op++) opAt[invoked[op]] = op;
  for (let i = 0; i < history.length; i++) {
    const begun = opAt[i];
    if (begun >= 0) {
      const mine = chain[begun] * width;
      if (position[begun] === 1 && parent[chain[begun]] >= 0)
        now.copyWithin(mine, parent[chain[begun]] * width, (parent[chain[begun]] + 1) * width);
      if (writes[begun] === 1) {
        clock.set(now.subarray(mine, mine + width), slot[begun] * width);
        log.add(begun);
      }
    }
    const op = registers.completing[i];
    if (op < 0) continue;
    const mine = chain[op] * width;
    const u = sees[op];
    if (u >= 0 && invoked[u] > i) continue;
    if (u >= 0) learn(u, i);
    if (u >= 0 || u === INITIAL) {
      const writers = log.on(key[op]);
      const ofU = u >= 0 ? slot[u] * width : -1;
      for (let n = 0; n < writers.chains.length; n++) {
        const s = writers.chains[n];
        // What the writer of u had in its own past comes before u: most often that is all there is.
        if (ofU >= 0 && writers.last[n] <= clock[ofU + s]) continue;
        const past = now[mine + s] === 0 ? -1 : lastAtOrBefore(position, writers.lists[n], now[mine + s]);
        if (past >= 0 && past !== u && past !== op) visit(op, past, causality);
      }
    }
    if (u >= 0) {
      join(now, mine, u);
      if (writes[op] === 1) learn(op, i);
    }
    now[mine + chain[op]] = position[op];
  }
  return causality;
}

/** The writes of one key by chain: which chains, their writes in order, and the position of the last of each. */
interface KeyWriters {
  readonly chains: number[];
  readonly lists: number[][];
  readonly last: number[];
}

const NOBODY: KeyWriters = { chains: [], lists: [], last: [] };

export class WriteLog {
  readonly #registers: Registers;
  readonly #chains: Chains;
  readonly #writers: KeyWriters[];

  constructor(registers: Registers, chains: Chains) {
    this.#registers = registers;
    this.#chains = chains;
    this.#writers = new Array<KeyWriters>(registers.keys).fill(NOBODY);
  }

  add(op: number): void {
    const key = this.#registers.key[op];
    if (this.#writers[key] === NOBODY) this.#writers[key] = { chains: [], lists: [], last: [] };
    const { chains, lists, last } = this.#writers[key];
    const chain = this.#chains.chain[op];
    let n = chains.indexOf(chain);
    if (n < 0) {
      n = chains.push(chain) - 1;
      lists.push([]);
    }
    lists[n].push(op);
    last[n] = this.#chains.position[op];
  }

  on(key: number): KeyWriters {
    return this.#writers[key];
  }
}

/** The last of a chain's writes at or before a position, -1 if there is none. */
export function lastAtOrBefore(positionOf: Int32Array, list: readonly number[], position: number): number {
  if (positionOf[list[list.length - 1]] <= position) return list[list.length - 1];
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positionOf[list[middle]] <= position) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : list[low - 1];
}
