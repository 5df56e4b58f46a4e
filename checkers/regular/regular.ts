import type { History } from '../../harness/history/history.ts';
import { observationFinding } from '../linearizability/explain.ts';
import { observations } from '../linearizability/observations.ts';
import {
  NotOfThisModel,
  READ,
  registerOperations,
  type RegisterOperations,
} from '../linearizability/operations.ts';
import { Tally } from '../linearizability/tally.ts';
import type { Checker, CheckOptions, Finding, Verdict } from '../types.ts';
import { overlapsWrite } from './overlaps.ts';

/**
 * Safe and regular registers with several writers, the promise of leaderless stores.
 *
 * - Regular, as MWRegWeak of Shao, Pierce & Welch (Multi-writer consistency conditions for shared memory objects,
 *   DISC 2003): for each read there is an order of it and the writes that respects real time, in which it returns the
 *   write right before it. So it returns a write that had begun and that no other write follows that itself returned
 *   before the read began. Two reads may disagree: a newer value, then the older one, is regular.
 * - Safe (Lamport 1986): the same, but a read that overlaps a write may return anything.
 *
 * Values need not be unique; an indeterminate write overlaps everything after it. Compare-and-set is left to the
 * linearizability checker: a register with it is asked for more than regularity. O(n log n), sound and complete.
 */
export const regular: Checker = {
  name: 'regular',
  title: 'Each read returns a last write before it, or one it overlaps',
  anomalies: ['unsafe-read', 'stale-read', 'future-read', 'thin-air-read', 'failed-write-visible'],
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
  const tally = new Tally();
  let reads = 0;
  let concurrent = 0;
  for (const positions of positionsByKey(ops)) {
    const overlaps = overlapsWrite(ops, positions);
    for (const op of positions) {
      if (ops.kind[op] !== READ) continue;
      reads++;
      if (overlaps(op)) concurrent++;
    }
    const byReturn = { until: (w: number) => ops.ret[w], proof: (w: number) => w };
    for (const observation of observations(ops, positions, byReturn)) {
      const finding = observationFinding(history, ops, observation);
      tally.add(finding, 1);
      if (!overlaps(observation.op)) tally.add(unsafe(finding), 1);
    }
  }
  const findings = tally.findings();
  const stats = { reads, concurrent };
  if (findings.length > 0) return { checker: 'regular', valid: false, findings, stats };
  if (reads === 0) return unknown('no read completed');
  return { checker: 'regular', valid: true, findings, stats };
}

function unsafe(finding: Finding): Finding {
  const explanation = `${finding.explanation}; no write was under way meanwhile`;
  return { ...finding, name: 'unsafe-read', explanation };
}

function unknown(reason: string): Verdict {
  return { checker: 'regular', valid: 'unknown', findings: [], reason };
}

/** The operations of each key, in order of invocation. */
export function positionsByKey(ops: RegisterOperations): Iterable<number[]> {
  const byKey = new Map<number, number[]>();
  for (let op = 0; op < ops.length; op++) {
    const list = byKey.get(ops.key[op]);
    if (list) list.push(op);
    else byKey.set(ops.key[op], [op]);
  }
  return byKey.values();
}
