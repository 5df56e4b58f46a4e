import { LEADERLESS_BUGS } from './bugs/leaderless.ts';
import { MULTI_LEADER_BUGS } from './bugs/multi-leader.ts';
import { PARTITION_BUGS } from './bugs/partition.ts';
import { RAFT_BUGS, WALKED_BUGS } from './bugs/raft.ts';
import { SPREAD_BUGS } from './bugs/spread.ts';
import { SINGLE_LEADER_BUGS } from './bugs/single-leader.ts';
import type { Bug, WalkedBug } from './bugs/types.ts';

const table = [
  ...SINGLE_LEADER_BUGS,
  ...MULTI_LEADER_BUGS,
  ...LEADERLESS_BUGS,
  ...RAFT_BUGS,
  ...PARTITION_BUGS,
  ...SPREAD_BUGS,
] as const satisfies readonly Bug[];

export type BugName = (typeof table)[number]['name'] | (typeof WALKED_BUGS)[number]['name'];

/** Defects by name, in the order in which they are listed. */
export const BUGS: ReadonlyMap<string, Bug> = new Map<string, Bug>(table.map((bug) => [bug.name, bug]));

/** Those that walks show, and no profile of a run. */
export const WALKED: ReadonlyMap<string, WalkedBug> = new Map<string, WalkedBug>(
  WALKED_BUGS.map((bug) => [bug.name, bug]),
);

/** Why this defect cannot be had there, or null. */
export function bugConflict(
  name: BugName | 'none',
  strategy: string,
  world: string,
  partitioned: boolean,
): string | null {
  const bug: Pick<Bug, 'strategy' | 'simulatedOnly'> | undefined = BUGS.get(name) ?? WALKED.get(name);
  if (!bug) return null;
  if (bug.strategy === 'partitioned')
    return partitioned ? null : `bug ${name} is one of partitioning: choose a configuration that has one`;
  if (bug.strategy !== strategy)
    return `bug ${name} is one of ${bug.strategy} replication, not of ${strategy}`;
  return bug.simulatedOnly === true && world !== 'sim'
    ? `bug ${name} lives in the simulated disk: use --world sim`
    : null;
}
