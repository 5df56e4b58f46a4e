import type { Clock } from '../../harness/runtime/types.ts';
import type { Markers } from '../kit/marker-lag.ts';
import type { Dialogue, Fleet } from './fleet.ts';
import { MARKER } from './partition/partitioning.ts';
import type { Reply, Request } from './replica/types.ts';

const KEY = 'lag';

/** Markers in the store, in a table of their own. */
export function storeMarkers(fleet: Pick<Fleet, 'dial'>, clock: Clock): Markers {
  /** Null when it is refused, or not answered in time. */
  const ask = async (
    node: string,
    request: Request,
    deadline: number,
  ): Promise<Extract<Reply, { ok: true }> | null> => {
    const late = new AbortController();
    const cancel = clock.after(Math.max(0, deadline - clock.now()), () => late.abort());
    let connection: Dialogue | null = null;
    try {
      connection = await fleet.dial(node, late.signal);
      const reply = (await connection.ask({ request }, late.signal)) as Reply;
      return reply.ok ? reply : null;
    } catch {
      return null;
    } finally {
      cancel();
      connection?.close();
    }
  };
  return {
    write: async (leader, number, deadline) => {
      const fields = { number };
      return (await ask(leader, { op: 'write', table: MARKER, key: KEY, fields }, deadline)) !== null;
    },
    read: async (replica, deadline) => {
      const reply = await ask(replica, { op: 'read', table: MARKER, key: KEY, at: 'replica' }, deadline);
      return reply === null ? null : Number(reply.fields?.number ?? -1);
    },
  };
}
