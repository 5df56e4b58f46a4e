import type { Settled } from '../../harness/cluster.ts';
import type { Status } from './replica/types.ts';

/** What each node still lacks of all that the cluster holds, in words; empty when all have caught up. */
export function missing(
  names: readonly string[],
  statuses: ReadonlyMap<string, Status>,
  primary: string | null,
): string[] {
  return names.flatMap((name) => {
    const status = statuses.get(name);
    if (!status) return [`${name} does not answer`];
    if (status.digests) return differing(status, statuses);
    return primary === null
      ? missingUpdates(status, statuses)
      : missingEntries(status, statuses.get(primary), primary);
  });
}

/** Single leader: everyone has applied, in the leader's epoch, all that the leader's log holds. */
function missingEntries(status: Status, leader: Status | undefined, primary: string): string[] {
  if (!leader) return [];
  const { name } = status;
  if (name === primary && status.role !== 'leader') return [`${name} does not lead`];
  if (name !== primary && status.role === 'leader') return [`${name} still leads, in epoch ${status.epoch}`];
  if (status.epoch !== leader.epoch) return [`${name} is in epoch ${status.epoch}, not ${leader.epoch}`];
  if (!status.serving) return [`${name} does not serve`];
  if (status.last > leader.last) return [`${name} has a tail that ${primary} lacks`];
  return status.applied < leader.last ? [`${name} lacks ${leader.last - status.applied} entries`] : [];
}

/** Leaderless: nobody owes anybody anything, and nodes that hold the same ranges hold the same rows. */
function differing(status: Status, statuses: ReadonlyMap<string, Status>): string[] {
  const { name, owed = 0, digests = {} } = status;
  if (owed > 0) return [`${name} still owes ${owed} writes to others`];
  return [...statuses.values()].flatMap((other) =>
    Object.entries(other.digests ?? {}).flatMap(([range, digest]) =>
      name < other.name && digests[range] !== undefined && digests[range] !== digest
        ? [`${name} and ${other.name} differ in range ${range}`]
        : [],
    ),
  );
}

/** Multi-leader: everyone has everyone's own updates. */
function missingUpdates(status: Status, statuses: ReadonlyMap<string, Status>): string[] {
  return [...statuses.values()].flatMap((origin) => {
    const lag = origin.last - (status.positions[origin.name] ?? 0);
    return lag > 0 ? [`${status.name} lacks ${lag} updates of ${origin.name}`] : [];
  });
}

export function settled(evidence: string, left: readonly string[], unrecovered: readonly string[]): Settled {
  return left.length === 0 && unrecovered.length === 0
    ? { settled: true, evidence, unrecovered: [] }
    : { settled: false, evidence: left.join('; '), unrecovered };
}
