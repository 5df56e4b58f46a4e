import type { Endpoint } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import type { Markers, Pace } from '../kit/marker-lag.ts';
import { named } from '../kit/server-node.ts';
import type { Answer } from './clients/connection.ts';

const REPLICA = /^slave\d+:ip=([^,]+),port=\d+,state=\w+,offset=(\d+),lag=(-?\d+)/gm;

interface Told {
  readonly name: string;
  readonly address: Endpoint;
  ask(command: readonly string[], timeoutMs?: number): Promise<Answer>;
}

/**
 * What the primary says of its replicas: bytes of the stream that they have not confirmed, and for how many seconds
 * nothing was heard of them.
 */
export async function lags(
  nodes: readonly Told[],
  primary: string,
): Promise<Readonly<Record<string, number>>> {
  const answer = await named(nodes, primary).ask(['INFO', 'replication']);
  if (typeof answer !== 'string') return {};
  const written = Number(/^master_repl_offset:(\d+)/m.exec(answer)?.[1] ?? 0);
  const gauges: Record<string, number> = {};
  for (const [, address, offset, silence] of answer.matchAll(REPLICA)) {
    const replica = nodes.find((node) => node.address.host === address);
    if (replica === undefined) continue;
    gauges[`lag-bytes:${replica.name}`] = Math.max(0, written - Number(offset));
    gauges[`lag-seconds:${replica.name}`] = Number(silence);
  }
  return gauges;
}

const MARKER = 'alibi:lag';
export const LAG_PACE: Pace = { pauseMs: 5, patienceMs: 2000 };

/** Markers under a key that no workload has. */
export function keyMarkers(nodes: readonly Told[], clock: Clock): Markers {
  const left = (deadline: number) => Math.max(1, (deadline - clock.now()) / MILLISECOND);
  return {
    write: async (leader, number, deadline) =>
      (await named(nodes, leader).ask(['SET', MARKER, String(number)], left(deadline))) === 'OK',
    read: async (replica, deadline) => {
      // MGET tells a key that is not there yet from a server that does not answer.
      const answer = await named(nodes, replica).ask(['MGET', MARKER], left(deadline));
      if (!Array.isArray(answer)) return null;
      return answer[0] === null ? -1 : Number(answer[0]);
    },
  };
}
