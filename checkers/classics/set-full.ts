import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { settlementOf } from '../sets-queues-counters/final-reads.ts';
import { eventOf } from '../crdts/operations.ts';
import { Findings, operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import type { Checker } from '../types.ts';

/** One element of a set that is read all the time. */
interface Element {
  readonly add: Operation;
  /** From when it is known to be in: its add's acknowledgement, or the first read that shows it; Infinity if never. */
  known: number;
  /** Positions of the reads that show it, in order of invocation. */
  readonly present: number[];
}

/**
 * Sets that are read all the while (Jepsen, `set-full`): f `add` (value = a unique element), `read` (`ok` value = all
 * elements). What matters of each element is its last read, among those that began after it was known to be in:
 *
 * - stable: the last read shows it. Its stable latency is the time from known to the last read that missed it;
 * - stale: one of those reads missed it, and a later one shows it (a stale read, where the set is to be linearizable);
 * - lost: the last read misses it. Its lost latency is the time from known to the last read that showed it. Certain
 *   where the last read came after quiescence; in a run that did not settle it may come back;
 * - never read: added (perhaps), never shown, and no read began after it was known.
 *
 * O(length of the reads).
 */
export const setFull: Checker = {
  name: 'set-full',
  title: 'When elements of a set become visible, and whether they stay',
  anomalies: ['lost-acknowledged-write', 'stale-read'],
  check: (history) => {
    const findings = new Findings();
    const sets = new Map<Json, Operation[]>();
    for (const op of operationsOf(history, 'add', 'read'))
      if (sets.has(op.key)) sets.get(op.key)!.push(op);
      else sets.set(op.key, [op]);
    const tally: Tally = { stable: [], lost: [], neverRead: 0, stale: 0, elements: 0, reads: 0 };
    for (const [key, ops] of sets) judge(history, key, ops, findings, tally);
    const reason = tally.reads === 0 ? 'no read completed' : null;
    return findings.verdict('set-full', reason, {
      elements: tally.elements,
      reads: tally.reads,
      stable: tally.stable.length,
      stale: tally.stale,
      lost: tally.lost.length,
      neverRead: tally.neverRead,
      stableLatencyMs: percentiles(tally.stable),
      lostLatencyMs: percentiles(tally.lost),
    });
  },
};

interface Tally {
  /** Latencies, ns. */
  readonly stable: number[];
  readonly lost: number[];
  neverRead: number;
  stale: number;
  elements: number;
  reads: number;
}

function judge(
  history: History,
  key: Json,
  ops: readonly Operation[],
  findings: Findings,
  tally: Tally,
): void {
  const { time } = history;
  const settlement = settlementOf(history);
  const elements = elementsOf(ops);
  const reads = ops.filter((op) => op.f === 'read' && op.type === 'ok' && Array.isArray(op.answer));
  tally.elements += elements.size;
  tally.reads += reads.length;
  reads.forEach((read, position) => {
    for (const value of new Set((read.answer as readonly Json[]).map(identityOf))) {
      const element = elements.get(value);
      if (element === undefined) continue;
      element.known = Math.min(element.known, read.completed);
      element.present.push(position);
    }
  });
  for (const { add, known, present } of elements.values()) {
    // Reads are in order of invocation: those from `first` on owe the element.
    const first = firstAfter(reads, known);
    if (first === reads.length) {
      if (present.length === 0) tally.neverRead++;
      continue;
    }
    const name = JSON.stringify(add.asked);
    const isAt = (event: number): number => time[event];
    const missed = lastMissing(present, reads.length - 1, first);
    const last = reads.at(-1)!;
    // A read that overlaps the last one and shows the element may be the later of the two.
    const back = present.findLast((at) => at === reads.length - 1 || reads[at].completed > last.invoked);
    if (back !== undefined) {
      tally.stable.push(missed < 0 ? 0 : isAt(reads[missed].completed) - isAt(known));
      if (missed < 0) continue;
      tally.stale++;
      const read = reads[missed];
      // Its own acknowledgement, if that came in time: then nobody else's sight is needed.
      const since = add.type === 'ok' && add.completed < read.invoked ? add.completed : known;
      const why = `${name} was in the set (#${since}) before read #${read.completed} began (#${read.invoked}), which did not show it; others did, in the end.`;
      findings.add(
        'stale-read',
        key,
        [eventOf(add), since, read.invoked, read.completed, reads[back].completed],
        why,
      );
    } else {
      const shown = present.at(-1);
      tally.lost.push(shown === undefined ? 0 : Math.max(0, isAt(reads[shown].completed) - isAt(known)));
      const seen = shown === undefined ? 'was never read' : `was read last by #${reads[shown].completed}`;
      const why = `${name} was in the set (#${known}), ${seen}, and is not in the last read (#${last.completed}).`;
      findings.add(
        'lost-acknowledged-write',
        key,
        [eventOf(add), known, shown === undefined ? -1 : reads[shown].completed, last.completed],
        why,
        settlement === null || (settlement.settled && last.invoked > settlement.index),
      );
    }
  }
}

function elementsOf(ops: readonly Operation[]): Map<unknown, Element> {
  const elements = new Map<unknown, Element>();
  for (const op of ops)
    if (op.f === 'add' && op.type !== 'fail')
      elements.set(identityOf(op.asked), {
        add: op,
        known: op.type === 'ok' ? op.completed : Infinity,
        present: [],
      });
  return elements;
}

/** Position of the first read invoked after event `known`. */
function firstAfter(reads: readonly Operation[], known: number): number {
  let [low, high] = [0, reads.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reads[middle].invoked < known) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last position from `first` to `last` that is not among `present` (ascending), -1 if there is none. */
function lastMissing(present: readonly number[], last: number, first: number): number {
  let i = present.length - 1;
  for (let position = last; position >= first; position--) {
    if (i < 0 || present[i] !== position) return position;
    i--;
  }
  return -1;
}

function percentiles(latencies: readonly number[]): { readonly [name: string]: number | null } {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (q: number): number | null =>
    sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] / 1e6;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
