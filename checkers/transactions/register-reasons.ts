import { pairsOf, type Reasons } from './explain.ts';
import { RW, RW_PROCESS, WR } from './graph.ts';
import { REGISTER, type KeyKinds } from './kinds.ts';
import { MISS, isWriting, type Transactions } from './micro.ts';
import { INITIAL, NO_WRITE, missedType, updatesOf, type Registers } from './registers.ts';
import { Words } from './words.ts';

/** Why transactions over registers depend on each other. */
export function registerReasons(
  transactions: Transactions,
  kinds: KeyKinds,
  registers: Registers,
  claimed: boolean,
): Reasons {
  const { owner, key, kind, after, session } = transactions;
  const { source, final } = registers;
  const words = new Words(transactions);
  const updates = updatesOf(transactions, source, final);

  function observed(from: number, to: number): string | null {
    for (const [write, read] of pairsOf(transactions, from, to))
      if (source[read] === write) return `${words.did(write)}, which ${words.event(read)} read`;
    return null;
  }

  function missed(from: number, to: number, type: number): string | null {
    for (const [read, write] of pairsOf(transactions, from, to)) {
      if (kinds.of[key[read]] !== REGISTER || isWriting(kind[read]) || source[read] === NO_WRITE) continue;
      if (final[write] !== write) continue;
      const later = source[read] < 0 ? untouched(read, type) : follows(source[read], write, type);
      if (later === null) continue;
      return `${words.did(read)}, so it did not see ${words.value(write)}, which ${words.event(write)} wrote${later}`;
    }
    return null;
  }

  /** Why `write` is a later version than what was read; null when that is not known by this type of edge. */
  function follows(seen: number, write: number, type: number): string | null {
    const writer = owner[seen];
    const to = owner[write];
    if (type === RW) {
      if (writer === to) return seen === write ? null : ' later in the same transaction';
      const update = updates.get(final[seen])?.find((candidate) => candidate.update === write);
      if (update !== undefined) return ` having read ${words.value(seen)} itself`;
      return claimed && after[writer] <= to ? afterwards(seen) : null;
    }
    if (after[writer] > to) return null;
    if (type === RW_PROCESS)
      return session[writer] === session[to] ? ` after ${words.value(seen)} in the same session` : null;
    return afterwards(seen);
  }

  /** Why every write follows what a look at nothing saw. */
  function untouched(look: number, type: number): string | null {
    if (missedType(kind[look] === MISS, source[look]) !== type) return null;
    return source[look] === INITIAL ? '' : ', as nobody who began before it completed had deleted it';
  }

  const afterwards = (seen: number): string =>
    ` after ${words.event(seen)}, which wrote ${words.value(seen)}, had completed`;

  return {
    why: (from, to, type) => (type === WR ? observed(from, to) : missed(from, to, type)),
  };
}
