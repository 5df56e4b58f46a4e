/** Faults that a system has to have something for, and why one that has not cannot be dealt them. */
const NEEDS: Readonly<Record<string, string>> = {
  switchover: 'it has no command of its own that hands the primary’s role over',
  membership: 'whoever is configured belongs to it: no member can be taken out and put back',
  'power-off': 'it keeps its data where no power can be cut',
  'disk-full': 'it keeps its data where nothing can be filled',
  corrupt: 'it does not say where its data lies',
  'fsync-error': 'only a made-up disk can be told to fail a sync: take the reference store in --world sim',
  rebalance: 'nothing of it is split: there are no partitions to move',
  drift: 'its clock can be set, but not made to run faster or slower',
};

/** Why a fault family cannot reach a system that can do only these of the faults that need something; null if it can. */
export function refusedUnless(able: readonly string[], family: string): string | null {
  return family in NEEDS && !able.includes(family) ? NEEDS[family] : null;
}

/** What every cluster in containers can be dealt that says where its data lies. */
export const DISK_FAULTS = ['power-off', 'disk-full', 'corrupt'];

/** And what those can whose clocks can be turned. */
export const CONTAINER_FAULTS = [...DISK_FAULTS, 'drift'];
