import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Markers, Pace } from '../kit/marker-lag.ts';

/** What a marker of the lag needs of a database server. */
export interface MarkedNode {
  /** Writes the marker `n`, in a row of its own, without waiting for a standby. Rejects when it was not acknowledged. */
  markLag(n: number, timeoutMs: number): Promise<void>;
  /** The marker that it shows: -1 before the first, null when it does not answer. */
  lagMarker(timeoutMs: number): Promise<number | null>;
}

/** Each look takes a connection of its own. */
export const SQL_PACE: Pace = { pauseMs: 25, patienceMs: 2000 };

/** Markers of {@link MarkerLag} on database servers. */
export function sqlMarkers(node: (name: string) => MarkedNode, clock: Clock): Markers {
  const left = (deadline: number) => Math.max(1, (deadline - clock.now()) / MILLISECOND);
  return {
    write: (leader, number, deadline) =>
      node(leader)
        .markLag(number, left(deadline))
        .then(
          () => true,
          () => false,
        ),
    read: (replica, deadline) => node(replica).lagMarker(left(deadline)),
  };
}
