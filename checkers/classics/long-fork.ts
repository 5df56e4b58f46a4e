import { canonicalJson, identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { Findings, operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import type { Checker } from '../types.ts';

/** A transaction that only read: which keys of its group it saw written. */
interface Reader {
  readonly op: Operation;
  readonly seen: ReadonlySet<unknown>;
}

/**
 * Long fork: keys that are written once each (f `txn`, micro-operations `["w", k, v]` and `["r", k, v]`), and
 * transactions that read groups of them. What two readers of one group saw must contain one another: else each saw a
 * write that the other had not. Sorted by how much they saw, neighbours tell: O(n log n). Keys written more than once
 * are left out; O of what is left: complete.
 */
export const longFork: Checker = {
  name: 'long-fork',
  title: 'Long fork: two writes seen in opposite orders',
  anomalies: ['long-fork'],
  check: (history) => {
    const findings = new Findings();
    const transactions = operationsOf(history, 'txn');
    const writes = new Map<unknown, number>();
    for (const op of transactions)
      for (const [f, key] of microsOf(op.asked))
        if (f !== 'r') writes.set(identityOf(key), (writes.get(identityOf(key)) ?? 0) + 1);
    const groups = new Map<string, Reader[]>();
    for (const op of transactions) {
      if (op.type !== 'ok') continue;
      const reads = microsOf(op.answer).filter(
        ([f, key]) => f === 'r' && (writes.get(identityOf(key)) ?? 0) <= 1,
      );
      if (reads.length < 2 || microsOf(op.asked).some(([f]) => f !== 'r')) continue;
      const group = canonicalJson(reads.map(([, key]) => canonicalJson(key)).sort());
      const isWritten = (value: Json): boolean =>
        value !== null && !(Array.isArray(value) && value.length === 0);
      const seen = new Set(reads.filter(([, , value]) => isWritten(value)).map(([, key]) => identityOf(key)));
      groups.set(group, [...(groups.get(group) ?? []), { op, seen }]);
    }
    let reads = 0;
    for (const readers of groups.values()) {
      reads += readers.length;
      judge(readers, findings);
    }
    return findings.verdict('long-fork', reads === 0 ? 'no transaction read a group of keys' : null, {
      groups: groups.size,
      reads,
    });
  },
};

function judge(readers: Reader[], findings: Findings): void {
  readers.sort((a, b) => a.seen.size - b.seen.size);
  for (let i = 1; i < readers.length; i++) {
    const [less, more] = [readers[i - 1], readers[i]];
    const missing = [...less.seen].find((key) => !more.seen.has(key));
    if (missing === undefined) continue;
    const other = [...more.seen].find((key) => !less.seen.has(key))!;
    const [x, y] = [missing, other].map((key) => JSON.stringify(key));
    findings.add(
      'long-fork',
      null,
      [less.op.completed, more.op.completed],
      `Transaction #${less.op.completed} saw the write of key ${x} and not that of ${y}, transaction #${more.op.completed} that of ${y} and not that of ${x}.`,
    );
  }
}

type Micro = readonly [f: string, key: Json, value: Json];

function microsOf(value: Json): readonly Micro[] {
  return Array.isArray(value) ? value.filter((m): m is Micro => Array.isArray(m) && m.length === 3) : [];
}
