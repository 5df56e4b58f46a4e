// The few transactions of a history without a schedule that have none by themselves.
import { int32 } from '../growable.ts';
import { INFO } from '../../../harness/history/history.ts';
import { Absences } from '../absences.ts';
import { identityOf } from '../../../harness/history/dictionary.ts';
import type { Json } from '../../../harness/history/event.ts';
import { APPEND, isWriting, type Transactions } from '../micro.ts';
import type { Inferred } from './polygraph.ts';

/** Histories longer than this are not searched: it would take some dozen times as long as finding out. */
const LONGEST = 20_000;
/** Parts that are tried, once there are few enough transactions left. */
const TRIES = 300;
const FEW = 400;

/**
 * Transactions, ascending, that still have no schedule (`fails`), of which none can be left out: shrunk by leaving out
 * the end, then the beginning, then ever smaller parts. What is left out takes the reads of it along, and its elements
 * out of lists that were read, so that nothing is contradicted that was not before: a schedule of all is one of the
 * part. Null when the history is too long.
 */
export function coreOf(inferred: Inferred, fails: (part: Transactions) => boolean): readonly number[] | null {
  const { transactions } = inferred;
  if (transactions.count > LONGEST) return null;
  let kept = Array.from({ length: transactions.count }, (_, t) => t);
  const stillFails = (part: readonly number[]): boolean => fails(restricted(inferred, part));
  if (!stillFails(kept)) return null;
  kept = kept.slice(
    0,
    least(kept.length, (n) => stillFails(kept.slice(0, n))),
  );
  kept = kept.slice(kept.length - least(kept.length, (n) => stillFails(kept.slice(kept.length - n))));
  let tries = kept.length > FEW ? 0 : TRIES;
  for (let size = kept.length >> 1; size >= 1; size = size === 1 ? 0 : (size + 1) >> 1)
    for (let i = 0; i < kept.length && tries > 0; tries--) {
      const smaller = [...kept.slice(0, i), ...kept.slice(i + size)];
      if (stillFails(smaller)) kept = smaller;
      else i += size;
    }
  return kept;
}

/** The least n ≤ `most` that holds, given that all above hold when one does, and `most` does. */
function least(most: number, holds: (n: number) => boolean): number {
  let low = 1;
  let high = most;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The columns of some transactions alone, without their reads of others. */
function restricted({ transactions, kinds, registers }: Inferred, kept: readonly number[]): Transactions {
  const { count, first, owner, kind, key, values, previous } = transactions;
  const numberOf = int32(count).fill(-1);
  kept.forEach((t, i) => (numberOf[t] = i));
  const absences = new Absences(transactions, kinds);
  const dropped = new Set<number>();
  for (const look of registers.open)
    for (const write of absences.hiddenFrom(look)) if (numberOf[owner[write]] < 0) dropped.add(look);
  const isKept = (m: number): boolean => {
    if (isWriting(kind[m])) return true;
    const source = registers.source[m];
    return !dropped.has(m) && (source < 0 || numberOf[owner[source]] >= 0);
  };
  const gone = new Map<number, Set<unknown>>();
  for (let m = 0; m < kind.length; m++)
    if (kind[m] === APPEND && numberOf[owner[m]] < 0)
      gone.set(key[m], (gone.get(key[m]) ?? new Set()).add(identityOf(values[m])));
  const valueOf = (m: number): Json => {
    const without = gone.get(key[m]);
    if (without === undefined || !Array.isArray(values[m])) return values[m];
    return (values[m] as readonly Json[]).filter((element) => !without.has(identityOf(element)));
  };
  const micro = kept.map((t) => {
    const own: number[] = [];
    for (let m = first[t]; m < first[t + 1]; m++) if (isKept(m)) own.push(m);
    return own;
  });
  const flat = micro.flat();
  const begin = int32(kept.length + 1);
  micro.forEach((own, i) => (begin[i + 1] = begin[i] + own.length));
  const pick = (column: Int32Array): Int32Array => Int32Array.from(kept, (t) => column[t]);
  // The first kept transaction from each one on.
  const next = int32(count + 1);
  next[count] = kept.length;
  for (let t = count - 1; t >= 0; t--) next[t] = numberOf[t] >= 0 ? numberOf[t] : next[t + 1];
  const before = (t: number): number => {
    let p = previous[t];
    while (p >= 0 && numberOf[p] < 0) p = previous[p];
    return p < 0 ? -1 : numberOf[p];
  };
  return {
    ...transactions,
    count: kept.length,
    invoke: pick(transactions.invoke),
    complete: pick(transactions.complete),
    status: Uint8Array.from(kept, (t) => transactions.status[t] ?? INFO),
    after: Int32Array.from(kept, (t) => next[transactions.after[t]]),
    session: pick(transactions.session),
    previous: Int32Array.from(kept, before),
    first: begin,
    owner: Int32Array.from(micro.flatMap((own, i) => own.map(() => i))),
    kind: Uint8Array.from(flat, (m) => kind[m]),
    joined: Uint8Array.from(flat, (m, i) => (flat[i - 1] === m - 1 ? transactions.joined[m] : 0)),
    key: Int32Array.from(flat, (m) => key[m]),
    values: flat.map(valueOf),
  };
}
