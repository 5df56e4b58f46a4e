import { READ, type Rows } from './rows.ts';

/** Columns of vector clocks computed in one pass: bounds their memory to writes × this × 4 bytes. */
export const BLOCK = 64;

/**
 * Chains of operations such that every one happened after those before it in its chain: sessions, but an operation
 * that follows an indeterminate (or still open) one of its session begins a new chain that inherits what the session
 * had seen: the indeterminate one may take effect later than everything that follows it.
 *
 * - `chain` of each operation, `position` in it, from 1
 * - `parent` chain that a chain inherits from, -1 if none
 * - `previous` the last operation of the session that certainly came before each one, -1 if none
 */
export interface Chains {
  readonly chain: Int32Array;
  readonly position: Int32Array;
  readonly parent: readonly number[];
  readonly previous: Int32Array;
}

export function chainsOf({ history, count, invoked, acknowledged }: Sessions): Chains {
  const chain = new Int32Array(count);
  const position = new Int32Array(count);
  const previous = new Int32Array(count).fill(-1);
  const parent: number[] = [];
  const tail = new Map<string | number, { chain: number; op: number; length: number }>();
  const hasTokens = history.sessions.size > 0;
  for (let op = 0; op < count; op++) {
    const i = invoked[op];
    const end = acknowledged[op];
    const token = hasTokens ? (history.sessions.get(i) ?? history.sessions.get(end)) : undefined;
    const session = token === undefined ? history.process[i] : `s${token}`;
    let last = tail.get(session);
    const follows = last !== undefined && acknowledged[last.op] >= 0 && acknowledged[last.op] < i;
    if (last !== undefined) previous[op] = follows ? last.op : previous[last.op];
    if (last === undefined || !follows) {
      parent.push(last?.chain ?? -1);
      last = { chain: parent.length - 1, op, length: 0 };
      tail.set(session, last);
    }
    last.op = op;
    chain[op] = last.chain;
    position[op] = ++last.length;
  }
  return { chain, position, parent, previous };
}

/** The operations that chains are made of: see {@link Rows}. */
export type Sessions = Pick<Rows, 'history' | 'count' | 'invoked' | 'acknowledged'>;

/**
 * Vector clocks of updates, over `width` chains from `first`: `clock[slot[op] * width + (c - first)]` is the position
 * of the latest operation of chain c that is causally before update `op` (co = session order and reads-from, closed).
 */
export interface ClockBlock {
  readonly first: number;
  readonly width: number;
  readonly slot: Int32Array;
  readonly clock: Int32Array;
}

/** Is `cause` causally before `effect`, an update? Only for causes whose chain is in the block. */
export function before(
  { first, width, slot, clock }: ClockBlock,
  chains: Chains,
  cause: number,
  effect: number,
): boolean {
  return clock[slot[effect] * width + chains.chain[cause] - first] >= chains.position[cause];
}

/** The clocks of all updates, a block of chains at a time. The arrays are reused: use each block before the next. */
export function* clockBlocks(rows: Rows, { chain, position, parent }: Chains): Generator<ClockBlock> {
  const { history, count, invoked, acknowledged, kind, sees, seesFrom } = rows;
  const slot = new Int32Array(count).fill(-1);
  let updates = 0;
  for (let op = 0; op < count; op++) if (kind[op] !== READ) slot[op] = updates++;
  const opAt = new Int32Array(history.length).fill(-1);
  for (let op = 0; op < count; op++) {
    opAt[invoked[op]] = op;
    if (acknowledged[op] >= 0) opAt[acknowledged[op]] = op;
  }
  const chains = parent.length;
  const width = Math.min(BLOCK, Math.max(1, chains));
  const clock = new Int32Array(updates * width);
  const now = new Int32Array(chains * width);

  for (let first = 0; first < chains; first += width) {
    now.fill(0);
    for (let i = 0; i < opAt.length; i++) {
      const op = opAt[i];
      if (op < 0) continue;
      const c = chain[op];
      const mine = c * width;
      if (i === invoked[op]) {
        if (position[op] === 1 && parent[c] >= 0)
          now.copyWithin(mine, parent[c] * width, (parent[c] + 1) * width);
        if (slot[op] >= 0) {
          const to = slot[op] * width;
          for (let j = 0; j < width; j++) clock[to + j] = now[mine + j];
        }
      } else {
        for (let n = seesFrom[op]; n < seesFrom[op + 1]; n++) {
          const w = sees[n];
          const from = slot[w] * width;
          for (let j = 0; j < width; j++)
            if (clock[from + j] > now[mine + j]) now[mine + j] = clock[from + j];
          const column = chain[w] - first;
          if (column >= 0 && column < width && now[mine + column] < position[w])
            now[mine + column] = position[w];
        }
        if (c >= first && c < first + width) now[mine + c - first] = position[op];
      }
    }
    yield { first, width, slot, clock };
  }
}

/**
 * Operations that lead from `cause` to `effect` by session order and reads-from, both included; [] if none do. Of what a
 * session did one after the other only the ends are needed.
 */
export function causalPath(rows: Rows, chains: Chains, cause: number, effect: number): number[] {
  const { acknowledged, invoked, sees, seesFrom } = rows;
  const path = pathBetween(cause, effect, (op) => [
    chains.previous[op],
    ...sees.slice(seesFrom[op], seesFrom[op + 1]),
  ]);
  const follows = (a: number, b: number): boolean =>
    acknowledged[a] >= 0 && acknowledged[a] < invoked[b] && sessionOf(chains, a) === sessionOf(chains, b);
  const needed = path.slice(0, 1);
  for (let at = 0; at < path.length - 1; needed.push(path[at]))
    at = path.findLastIndex((op, i) => i === at + 1 || (i > at && follows(path[at], op)));
  return needed;
}

/** The first chain of an operation's session. */
function sessionOf({ chain, parent }: Chains, op: number): number {
  let first = chain[op];
  while (parent[first] >= 0) first = parent[first];
  return first;
}

/** The shortest way from `cause` to `effect`, both included, given what directly precedes each operation (or -1). */
export function pathBetween(
  cause: number,
  effect: number,
  precedes: (op: number) => readonly number[],
): number[] {
  const cameFrom = new Map<number, number>([[effect, -1]]);
  const queue = [effect];
  for (let head = 0; head < queue.length; head++) {
    const op = queue[head];
    if (op === cause) {
      const path: number[] = [];
      for (let at = op; at >= 0; at = cameFrom.get(at)!) path.push(at);
      return path;
    }
    for (const p of precedes(op))
      if (p >= 0 && !cameFrom.has(p)) {
        cameFrom.set(p, op);
        queue.push(p);
      }
  }
  return [];
}
