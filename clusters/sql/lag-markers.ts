import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Markers, Pace } from '../kit/marker-lag.ts';
import { named } from '../kit/server-node.ts';
import type { SqlNode } from './node.ts';

/** Each look takes a connection of its own. */
export const SQL_PACE: Pace = { pauseMs: 25, patienceMs: 2000 };

/** Markers of the lag in a row of their own: the only leader's, or, where several lead, `row`. */
export function sqlMarkers(nodes: readonly SqlNode[], clock: Clock, row?: number): Markers {
  const left = (deadline: number) => Math.max(1, (deadline - clock.now()) / MILLISECOND);
  return {
    write: (leader, number, deadline) =>
      named(nodes, leader)
        .markLag(number, left(deadline), row)
        .then(
          () => true,
          () => false,
        ),
    read: (replica, deadline) => named(nodes, replica).lagMarker(left(deadline), row),
  };
}
