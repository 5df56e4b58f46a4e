import { clock } from './clock.ts';
import { delay } from './delay.ts';
import { corrupt, diskFull, fsyncError, powerOff } from './disk.ts';
import { drift } from './drift.ts';
import { duplicate, loss, rate, reorder } from './loss.ts';
import { membership } from './membership.ts';
import { failover, restartThenPromote, switchover } from './operator.ts';
import { cutStandbys, partition } from './partition.ts';
import { kill, pause } from './process.ts';
import { rebalance } from './rebalance.ts';
import { rollingRestart } from './rolling.ts';
import { strobe } from './strobe.ts';
import type { FaultFamily } from './types.ts';

const all: readonly FaultFamily[] = [
  partition,
  cutStandbys,
  delay,
  kill,
  pause,
  clock,
  failover,
  restartThenPromote,
  switchover,
  rollingRestart,
  membership,
  rebalance,
  loss,
  rate,
  powerOff,
  diskFull,
  corrupt,
  fsyncError,
  duplicate,
  reorder,
  drift,
  strobe,
];

/** Fault families by name, in the order in which they are listed. */
export const FAULTS: ReadonlyMap<string, FaultFamily> = new Map(all.map((family) => [family.name, family]));
