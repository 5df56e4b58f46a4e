import { CAUSAL_ANOMALIES } from './causal/anomalies.ts';
import { causal } from './causal/causal.ts';
import { CLASSIC_ANOMALIES } from './classics/anomalies.ts';
import { causalReverse } from './classics/causal-reverse.ts';
import { fifoQueue } from './classics/fifo-queue.ts';
import { lockSafety } from './classics/lock-safety.ts';
import { log } from './classics/log.ts';
import { longFork } from './classics/long-fork.ts';
import { monotonic } from './classics/monotonic.ts';
import { setFull } from './classics/set-full.ts';
import { causalMemory, pram } from './causal/memory.ts';
import { CRDT_ANOMALIES } from './crdts/anomalies.ts';
import { conflictLog } from './crdts/conflict-log.ts';
import { crdtCounter } from './crdts/crdt-counter.ts';
import { crdtSet } from './crdts/crdt-set.ts';
import { siblings } from './crdts/siblings.ts';
import { linearizability } from './linearizability/linearizability.ts';
import { LINEARIZABILITY_ANOMALIES } from './linearizability/anomalies.ts';
import { lww } from './lww/lww.ts';
import { LWW_ANOMALIES } from './lww/anomalies.ts';
import { PARTITION_ANOMALIES } from './partitions/anomalies.ts';
import { hotSpots } from './partitions/hot-spots.ts';
import { keyMovement } from './partitions/key-movement.ts';
import { rebalance } from './partitions/rebalance.ts';
import { regular } from './regular/regular.ts';
import { REGULAR_ANOMALIES } from './regular/anomalies.ts';
import { regularWriteOrder } from './regular/write-order.ts';
import { sequential } from './sequential/sequential.ts';
import { SEQUENTIAL_ANOMALIES } from './sequential/anomalies.ts';
import { RECOVERY_ANOMALIES } from './performance/anomalies.ts';
import { recovery } from './performance/recovery.ts';
import { SCAN_ANOMALIES } from './scans/anomalies.ts';
import { rangeScan } from './scans/range-scan.ts';
import { secondaryIndex } from './scans/secondary-index.ts';
import { tornRow } from './scans/torn-row.ts';
import { SESSION_ANOMALIES } from './session/anomalies.ts';
import { monotonicReads } from './session/monotonic-reads.ts';
import { monotonicWrites } from './session/monotonic-writes.ts';
import { readYourWrites } from './session/read-your-writes.ts';
import { writesFollowReads } from './session/writes-follow-reads.ts';
import { COLLECTION_ANOMALIES } from './sets-queues-counters/anomalies.ts';
import { bank } from './sets-queues-counters/bank.ts';
import { counter } from './sets-queues-counters/counter.ts';
import { set } from './sets-queues-counters/set.ts';
import { totalQueue } from './sets-queues-counters/total-queue.ts';
import { uniqueIds } from './sets-queues-counters/unique-ids.ts';
import { STALENESS_ANOMALIES } from './staleness/anomalies.ts';
import { staleness } from './staleness/staleness.ts';
import { TRANSACTION_ANOMALIES } from './transactions/anomalies.ts';
import { transactions } from './transactions/transactions.ts';
import type { AnomalyDefinition, Checker } from './types.ts';

const all: readonly Checker[] = [
  linearizability,
  sequential,
  regular,
  regularWriteOrder,
  readYourWrites,
  monotonicReads,
  monotonicWrites,
  writesFollowReads,
  causal,
  causalMemory,
  pram,
  staleness,
  set,
  setFull,
  totalQueue,
  fifoQueue,
  log,
  counter,
  uniqueIds,
  bank,
  longFork,
  causalReverse,
  monotonic,
  lockSafety,
  lww,
  crdtCounter,
  crdtSet,
  siblings,
  conflictLog,
  rebalance,
  keyMovement,
  hotSpots,
  transactions,
  secondaryIndex,
  rangeScan,
  tornRow,
  recovery,
];

const vocabulary: readonly AnomalyDefinition[] = [
  ...LINEARIZABILITY_ANOMALIES,
  ...SEQUENTIAL_ANOMALIES,
  ...REGULAR_ANOMALIES,
  ...SESSION_ANOMALIES,
  ...CAUSAL_ANOMALIES,
  ...COLLECTION_ANOMALIES,
  ...CLASSIC_ANOMALIES,
  ...STALENESS_ANOMALIES,
  ...LWW_ANOMALIES,
  ...CRDT_ANOMALIES,
  ...TRANSACTION_ANOMALIES,
  ...SCAN_ANOMALIES,
  ...PARTITION_ANOMALIES,
  ...RECOVERY_ANOMALIES,
];

/** Checkers by name, in the order in which they are listed. */
export const CHECKERS: ReadonlyMap<string, Checker> = new Map(all.map((checker) => [checker.name, checker]));

/** The one vocabulary of anomalies, by name. */
export const ANOMALIES: ReadonlyMap<string, AnomalyDefinition> = new Map(vocabulary.map((a) => [a.name, a]));

/** The checker of that name. @throws Error when there is none: names come from workloads, not from users. */
export function checkerOf(name: string): Checker {
  const checker = CHECKERS.get(name);
  if (!checker) throw new Error(`there is no checker "${name}"`);
  return checker;
}
