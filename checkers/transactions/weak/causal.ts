// Causal consistency: who reads a key sees the newest of what its causal past wrote to it, or what is newer.
import type { Budget } from '../search.ts';
import { Column, int32 } from '../growable.ts';
import { OK } from '../../../harness/history/history.ts';
import type { Transactions } from '../micro.ts';
import { Constraints } from './constraints.ts';
import { NOTHING, type Observations } from './observations.ts';
import { causalOrder, chainsOf, clocksOf, type Chains } from './past.ts';

/** Entries of clocks (transactions × sessions) kept at most: 400 MB. */
const CLOCKS = 100_000_000;

/**
 * With sessions: of each session the last writer of the key in the past of a read, O(reads · sessions). Null when
 * causality itself is a cycle; 'budget' when the clocks would take too much room.
 */
export function causalInSessions(
  transactions: Transactions,
  observations: Observations,
): Constraints | null | 'budget' {
  const chains = chainsOf(transactions, observations);
  if (chains.count * transactions.count > CLOCKS) return 'budget';
  const order = causalOrder(transactions, observations, true);
  if (order === null) return null;
  const clocks = clocksOf(transactions, observations, chains, order);
  const writers = writersByKey(transactions, observations, chains);
  const { count, first, key, status } = transactions;
  const { seen } = observations;
  const constraints = new Constraints();
  for (let t = 0; t < count; t++) {
    if (status[t] !== OK) continue;
    for (let m = first[t]; m < first[t + 1]; m++) {
      if (seen[m] === NOTHING) continue;
      const { runs, run, of } = writers;
      for (let r = runs[key[m]]; r < runs[key[m] + 1]; r++) {
        let low = run.data[r];
        const begin = low;
        let high = run.data[r + 1];
        const c = chains.chain[of[begin]];
        const reach = clocks[t * chains.count + c] - (chains.chain[t] === c ? 1 : 0);
        while (low < high) {
          const middle = (low + high) >> 1;
          if (chains.place[of[middle]] <= reach) low = middle + 1;
          else high = middle;
        }
        if (low > begin) constraints.add(of[low - 1], seen[m], m);
      }
    }
  }
  return constraints;
}

/** Writers by key, then chain, then place: key k has the runs `runs[k] … runs[k + 1] - 1`, run r is `of[run[r] … run[r + 1] - 1]`. */
interface Writers {
  readonly runs: Int32Array;
  readonly run: Column;
  readonly of: Int32Array;
}

function writersByKey(
  { count, keys }: Transactions,
  { offset, written }: Observations,
  { count: width, chain }: Chains,
): Writers {
  const byChain = sortedBy(chain, width, count);
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
  run.push(written.length);
  return { runs, run, of };
}

/** Transactions by chain, those of one chain in their order. */
function sortedBy(chain: Int32Array, width: number, count: number): Int32Array {
  const begin = int32(width + 1);
  for (let t = 0; t < count; t++) begin[chain[t] + 1]++;
  for (let c = 0; c < width; c++) begin[c + 1] += begin[c];
  const sorted = int32(count);
  for (let t = 0; t < count; t++) sorted[begin[chain[t]]++] = t;
  return sorted;
}

/** Transactions whose readers are found in one sweep: one bit each. */
const BATCH = 32;

/**
 * Without sessions there are no chains: the past of 32 writers at a time is swept along the causal order,
 * O(micro-operations · transactions / 32). Null and 'budget' as above.
 */
export function causalByReads(
  transactions: Transactions,
  observations: Observations,
  budget: Budget,
): Constraints | null | 'budget' {
  const order = causalOrder(transactions, observations, false);
  if (order === null) return null;
  const { count, first, key, keys } = transactions;
  const { seen, offset, written } = observations;
  const constraints = new Constraints();
  const past = int32(count);
  const writes = int32(keys.length);
  for (let s = 0; s < count; s += BATCH) {
    const end = Math.min(count, s + BATCH);
    for (let i = s; i < end; i++)
      for (let w = offset[order[i]]; w < offset[order[i] + 1]; w++) writes[written[w]] |= 1 << (i - s);
    for (let i = s; i < count; i++) {
      const t = order[i];
      budget.left -= first[t + 1] - first[t] + 1;
      let before = 0;
      for (let m = first[t]; m < first[t + 1]; m++) if (seen[m] >= 0) before |= past[seen[m]];
      past[t] = i < end ? before | (1 << (i - s)) : before;
      if (before === 0) continue;
      for (let m = first[t]; m < first[t + 1]; m++)
        if (seen[m] !== NOTHING)
          for (let bits = before & writes[key[m]]; bits !== 0; bits &= bits - 1, budget.left--)
            constraints.add(order[s + 31 - Math.clz32(bits & -bits)], seen[m], m);
    }
    if (budget.left < 0) return 'budget';
    past.fill(0);
    writes.fill(0);
  }
  return constraints;
}
