import { bank, bankOneByOne } from './bank.ts';
import { comments } from './comments.ts';
import { conflictLog } from './conflict-log.ts';
import { counter } from './counter.ts';
import { crdtCounter } from './crdt-counter.ts';
import { crdtSet } from './crdt-set.ts';
import { listAppend } from './list-append.ts';
import { lock } from './lock.ts';
import { log } from './log.ts';
import { longFork } from './long-fork.ts';
import { lostUpdate } from './lost-update.ts';
import { lww } from './lww.ts';
import { predicate } from './predicate.ts';
import { fifoQueue, totalQueue } from './queues.ts';
import { monotonic } from './monotonic.ts';
import { rangeScan } from './range-scan.ts';
import { hotspot, hotspotCelebrity, hotspotIncreasing } from './hotspot.ts';
import { keyMovement } from './key-movement.ts';
import { rebalance } from './rebalance.ts';
import { register } from './register.ts';
import { rowDeletes } from './row-deletes.ts';
import { rwRegister } from './rw-register.ts';
import { secondaryIndex } from './secondary-index.ts';
import { session } from './session.ts';
import { setFull } from './set-full.ts';
import { set } from './set.ts';
import { siblings } from './siblings.ts';
import { tornRow } from './torn-row.ts';
import { uniqueIds } from './unique-ids.ts';
import { writeSkew } from './write-skew.ts';
import type { Workload } from './types.ts';

const all: readonly Workload[] = [
  register,
  session,
  set,
  lww,
  listAppend,
  rwRegister,
  counter,
  lock,
  crdtCounter,
  crdtSet,
  siblings,
  conflictLog,
  rowDeletes,
  bank,
  bankOneByOne,
  longFork,
  lostUpdate,
  writeSkew,
  predicate,
  setFull,
  comments,
  monotonic,
  rebalance,
  keyMovement,
  hotspot,
  hotspotIncreasing,
  hotspotCelebrity,
  secondaryIndex,
  rangeScan,
  tornRow,
  fifoQueue,
  totalQueue,
  log,
  uniqueIds,
];

/** Workloads by name, in the order in which they are listed; a cluster's default is the first it has a client for. */
export const WORKLOADS: ReadonlyMap<string, Workload> = new Map(
  all.map((workload) => [workload.name, workload]),
);
