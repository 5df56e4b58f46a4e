import type { HostNode } from '../../harness/hosts/types.ts';

/**
 * What was laid out before the first operation (tables, members) is on the disks from now on: a power cut puts to the
 * test what a run has written, not how its cluster was made.
 */
export async function keepSoFar(places: readonly HostNode[]): Promise<void> {
  await Promise.all(places.map(async (place) => place.disk?.sync()));
}
