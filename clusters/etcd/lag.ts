import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Markers, Pace } from '../kit/marker-lag.ts';
import { named } from '../kit/server-node.ts';
import { keyValues } from './clients/plan.ts';
import { base64 } from './gateway.ts';
import type { Member } from './member.ts';

const MARKER = base64('alibi/lag');
export const LAG_PACE: Pace = { pauseMs: 5, patienceMs: 2000 };

/** Markers under a key that no workload has, read from each member's own store. */
export function keyMarkers(members: readonly Member[], clock: Clock): Markers {
  const left = (deadline: number) => Math.max(1, (deadline - clock.now()) / MILLISECOND);
  return {
    write: (leader, number, deadline) =>
      named(members, leader)
        .ask('/v3/kv/put', { key: MARKER, value: base64(String(number)) }, left(deadline))
        .then(
          () => true,
          () => false,
        ),
    read: async (member, deadline) => {
      const question = { key: MARKER, serializable: true };
      const reply = await named(members, member)
        .ask('/v3/kv/range', question, left(deadline))
        .catch(() => null);
      return reply === null ? null : Number(keyValues(reply)[0]?.value ?? -1);
    },
  };
}
