// Causal consistency: who reads a key sees the newest of what its causal past wrote to it, or what is newer.
import type { Budget } from '../search.ts';
import { Column, int32, sortedBy } from '../growable.ts';
import { OK } from '../../../harness/history/history.ts';
import type { Transactions } from '../micro.ts';
import { Constraints, isSkipped, type Looked } from './constraints.ts';
import { NOTHING, type Observations } from './observations.ts';
import { causalOrder, chainsOf, clocksOf, type Chains } from './past.ts';

/** Entries of clocks (transactions × sessions) kept at most: 400 MB. */
const CLOCKS = 100_000_000;

/**
 * With sessions: of each session the last writer of the key in the past of a read, unless the writer of the version
 * that was read knows it too: then causality orders the two already. O(reads · sessions). Null when causality itself is
 * a cycle; 'budget' when the clocks would take too much room.
 */
export function causalInSessions(
  transactions: Transactions,
  observations: Observations,
  looked: Looked,
): Constraints | null | 'budget' {
  const chains = chainsOf(transactions, observations);
  const width = chains.count;
  if (width * transactions.count > CLOCKS) return 'budget';
  const order = causalOrder(transactions, observations, true);
  if (order === null) return null;
  const clocks = clocksOf(transactions, observations, chains, order);
  const { runs, run, chainOf, of, place } = writersByKey(transactions, observations, chains);
  // How far the past of the chain at hand reaches in each run: it only grows along a chain.
  const reached = run.slice();
  const readBy = int32(run.length).fill(-1);
  const { first, key, status } = transactions;
  const { seen } = observations;
  const constraints = new Constraints();
  for (const t of sortedBy(chains.chain, width)) {
    if (status[t] !== OK || isSkipped(looked, t)) continue;
    const own = chains.chain[t];
    for (let m = first[t]; m < first[t + 1]; m++) {
      const writer = seen[m];
      if (writer === NOTHING) continue;
      for (let r = runs[key[m]]; r < runs[key[m] + 1]; r++) {
        const c = chainOf[r];
        const known = clocks[t * width + c] - (own === c ? 1 : 0);
        if (readBy[r] !== own) {
          readBy[r] = own;
          reached[r] = run[r];
        }
        const next = firstAfter(place, reached[r], run[r + 1], known);
        reached[r] = next;
        if (next === run[r] || (writer >= 0 && place[next - 1] <= clocks[writer * width + c])) continue;
        constraints.add(of[next - 1], writer, m);
      }
    }
  }
  return constraints;
}

/** The first place from `low` on, below `end`, that holds more than `known`; `places` ascend there. O(log of the distance). */
function firstAfter(places: Int32Array, low: number, end: number, known: number): number {
  let step = 1;
  while (low + step <= end && places[low + step - 1] <= known) {
    low += step;
    step *= 2;
  }
  while (step > 0) {
    if (low + step <= end && places[low + step - 1] <= known) low += step;
    else step >>= 1;
  }
  return low;
}

/**
 * Writers by key, then chain, then place: key k has the runs `runs[k] … runs[k + 1] - 1`; run r, of the chain
 * `chainOf[r]`, is `of[run[r] … run[r + 1] - 1]`, whose places in it are in `place`.
 */
interface Writers {
  readonly runs: Int32Array;
  readonly run: Int32Array;
  readonly chainOf: Int32Array;
  readonly of: Int32Array;
  readonly place: Int32Array;
}

function writersByKey(
  { keys }: Transactions,
  { offset, written }: Observations,
  { count: width, chain, place }: Chains,
): Writers {
  const byChain = sortedBy(chain, width);
  const begin = int32(keys.length + 1);
  for (const k of written) begin[k + 1]++;
  for (let k = 0; k < keys.length; k++) begin[k + 1] += begin[k];
  const cursor = int32(keys.length);
  cursor.set(begin.subarray(0, keys.length));
  const of = int32(written.length);
  for (const t of byChain) for (let i = offset[t]; i < offset[t + 1]; i++) of[cursor[written[i]]++] = t;
  const runs = int32(keys.length + 1);
  const run = new Column(Math.max(64, written.length));
  for (let k = 0; k < keys.length; k++) {
    runs[k] = run.length;
    for (let i = begin[k]; i < begin[k + 1]; i++)
      if (i === begin[k] || chain[of[i]] !== chain[of[i - 1]]) run.push(i);
  }
  runs[keys.length] = run.length;
  const chainOf = int32(run.length);
  for (let r = 0; r < run.length; r++) chainOf[r] = chain[of[run.data[r]]];
  run.push(written.length);
  const placeOf = int32(of.length);
  for (let i = 0; i < of.length; i++) placeOf[i] = place[of[i]];
  return { runs, run: run.data.subarray(0, run.length), chainOf, of, place: placeOf };
}

/** Transactions whose readers are found in one sweep: one bit each. */
const BATCH = 32;

/**
 * Without sessions there are no chains: the past of 32 writers at a time is swept along the causal order,
 * O(micro-operations · suspects / 32). `suspects` are the transactions on cycles when sessions count, all if that is not
 * known: what needs no sessions is ordered with them too, so no cycle without them leaves these. Null and 'budget' as
 * above.
 */
export function causalByReads(
  transactions: Transactions,
  observations: Observations,
  looked: Looked,
  suspects: Uint8Array | null,
  budget: Budget,
): Constraints | null | 'budget' {
  const order = causalOrder(transactions, observations, false);
  if (order === null) return null;
  const { count, first, key, keys } = transactions;
  const { seen, offset, written } = observations;
  const constraints = new Constraints();
  const past = int32(count);
  const writes = int32(keys.length);
  const places = order.reduce((found: number[], t, place) => {
    if (suspects === null || suspects[t] === 1) found.push(place);
    return found;
  }, []);
  for (let s = 0; s < places.length; s += BATCH) {
    const batch = places.slice(s, s + BATCH);
    batch.forEach((place, bit) => {
      const t = order[place];
      past[t] = 1 << bit;
      for (let w = offset[t]; w < offset[t + 1]; w++) writes[written[w]] |= 1 << bit;
    });
    for (let i = batch[0]; i < count; i++) {
      const t = order[i];
      budget.left -= first[t + 1] - first[t] + 1;
      let before = 0;
      for (let m = first[t]; m < first[t + 1]; m++) if (seen[m] >= 0) before |= past[seen[m]];
      if (before === 0) continue;
      past[t] |= before;
      if (isSkipped(looked, t)) continue;
      for (let m = first[t]; m < first[t + 1]; m++)
        if (seen[m] !== NOTHING)
          for (let bits = before & writes[key[m]]; bits !== 0; bits &= bits - 1, budget.left--)
            constraints.add(order[batch[31 - Math.clz32(bits & -bits)]], seen[m], m);
    }
    if (budget.left < 0) return 'budget';
    past.fill(0);
    writes.fill(0);
  }
  return constraints;
}
