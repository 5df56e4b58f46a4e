import type { Endpoint } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { Connection, type Answer } from './clients/connection.ts';

/** One command on a connection of its own; null when it is not answered in time, or refused. `before`: sent first. */
export async function askOnce(
  endpoint: Endpoint,
  command: readonly (string | number)[],
  timeoutMs: number,
  clock: Clock,
  before: readonly string[] = [],
): Promise<Answer> {
  const late = new AbortController();
  const cancel = clock.after(timeoutMs * MILLISECOND, () => late.abort());
  let connection: Connection | null = null;
  try {
    connection = await Connection.open(endpoint, late.signal, timeoutMs);
    if (before.length > 0) await connection.call('read', before, late.signal);
    return await connection.call('read', command, late.signal);
  } catch {
    return null;
  } finally {
    cancel();
    connection?.close();
  }
}
