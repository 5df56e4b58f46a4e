import { clock } from './clock.ts';
import { delay } from './delay.ts';
import { failover, restartThenPromote } from './operator.ts';
import { cutStandbys, partition } from './partition.ts';
import { kill, pause } from './process.ts';
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
];

/** Fault families by name, in the order in which they are listed. */
export const FAULTS: ReadonlyMap<string, FaultFamily> = new Map(all.map((family) => [family.name, family]));
