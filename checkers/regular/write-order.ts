import type { History } from '../../harness/history/history.ts';
import type { Blocks, Conflict } from '../linearizability/blocks.ts';
import { clustersOf, INITIAL, NONE, type Clusters } from '../linearizability/clusters.ts';
import {
  NotOfThisModel,
  PENDING,
  READ,
  registerOperations,
  type RegisterOperations,
} from '../linearizability/operations.ts';
import { Tally } from '../linearizability/tally.ts';
import { describe, eventsOf, name } from '../linearizability/witness.ts';
import { zoneConflicts } from '../linearizability/zones.ts';
import type { Checker, CheckOptions, Finding, Verdict } from '../types.ts';

/**
 * Regularity with one order of the writes for all reads (Viotti & Vukolić, CSUR 2016: SINGLEORDER, REALTIMEWRITES), for
 * unique values: is there an order of the writes that respects their real time, in which the write that a read returned
 * comes after all that had returned when the read began? Together with `regular`.
 *
 * Write a must come before write b if a returned before b began, or before a read of b began. So b is due after the
 * latest of these, and a has its say once it returned: the zone test of linearizability (Gibbons & Korach 1997) with
 * the returns of reads left out. A cycle implies one of two writes: the one of a cycle that returned first is before
 * all others of it. O(n).
 */
export const regularWriteOrder: Checker = {
  name: 'regular-write-order',
  title: 'One order of the writes explains every read',
  anomalies: ['write-order-inversion'],
  check: (history, options) => {
    try {
      return check(history, options);
    } catch (error) {
      if (error instanceof NotOfThisModel) return unknown(error.message);
      throw error;
    }
  },
};

function check(history: History, { initial = null }: CheckOptions): Verdict {
  const ops = registerOperations(history, initial);
  if (ops.hasCas || ops.hasMismatch)
    return unknown('compare-and-set is not judged by regularity: ask for linearizable');
  const clusters = clustersOf(ops);
  const tally = new Tally();
  const told = new Set<number>();
  zoneConflicts(history.length, clusters, zonesOfWrites(ops, clusters), (key, conflict) => {
    if (conflict.type !== 'inversion') return;
    // Overlapping zones come in crowds: the first of a key shows them all.
    if (!told.has(key)) tally.add(inversion(history, ops, conflict), 1);
    told.add(key);
  });
  const findings = tally.findings();
  if (findings.length > 0) return { checker: 'regular-write-order', valid: false, findings };
  const repeated = new Set<number>();
  for (let op = 0; op < ops.length; op++) {
    if (!clusters.unique[ops.key[op]]) repeated.add(ops.key[op]);
  }
  if (repeated.size > 0)
    return unknown(
      `a value was written twice on ${repeated.size} keys: write unique values per key, so that a read names its write`,
    );
  if (!ops.kind.includes(READ)) return unknown('no read completed');
  return { checker: 'regular-write-order', valid: true, findings };
}

/** Each write's zone: from its own return to the last beginning among it and the reads of it. */
function zonesOfWrites(ops: RegisterOperations, clusters: Clusters): Blocks {
  const { count, creator, kept, hi, hiOp } = clusters;
  const block = new Int32Array(count).fill(NONE);
  const lo = new Int32Array(count);
  const loOp = new Int32Array(count);
  for (let c = 0; c < count; c++) {
    if (!kept[c] || creator[c] === NONE) lo[c] = PENDING;
    else {
      block[c] = c;
      lo[c] = creator[c] === INITIAL ? -1 : ops.ret[creator[c]];
      loOp[c] = creator[c];
    }
  }
  return { block, child: new Int32Array(0), lo, loOp, hi, hiOp };
}

function inversion(
  history: History,
  ops: RegisterOperations,
  { a1, a2, b1, b2 }: Conflict & { type: 'inversion' },
): Finding {
  const before = (write: number, later: number): string => {
    const end = ops.inv[later];
    const what = ops.kind[later] === READ ? describe(history, end) : `${name(history, end)} began`;
    if (write === INITIAL) return `${what} after the initial value`;
    const began = ops.kind[later] === READ ? `${what}, which began` : what;
    return `${began} after ${name(history, ops.inv[write])} had completed`;
  };
  const operations = [a1, a2, b1, b2].filter((op) => op >= 0);
  const key = history.key[ops.inv[operations[0]]];
  return {
    name: 'write-order-inversion',
    certain: true,
    witness: eventsOf(
      history,
      operations.map((op) => ops.inv[op]),
    ),
    explanation: `${before(a1, b2)}, but ${before(b1, a2)}: no one order of the two writes explains both`,
    key: key < 0 ? null : history.keys.valueOf(key),
  };
}

function unknown(reason: string): Verdict {
  return { checker: 'regular-write-order', valid: 'unknown', findings: [], reason };
}
