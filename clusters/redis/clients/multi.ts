import { Failed, type Phase } from '../../kit/error-table.ts';
import type { Answer } from './connection.ts';
import { PARTLY } from './errors.ts';
import type { Caller } from './plan.ts';

/**
 * Commands that run as one, nobody's in between: what each answered. Nothing is queued before the server has said that
 * it queues, or commands would run one by one; then all are sent at once. A server that refuses one while it queues
 * discards them all. One that fails while they run does not undo the others.
 * https://redis.io/docs/latest/develop/using-commands/transactions/
 */
export async function together(
  connection: Caller,
  phase: Phase,
  commands: readonly (readonly (string | number)[])[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  await connection.call('connect', ['MULTI'], signal);
  // To give up EXEC is to give up the connection, and everything on it.
  const queued = commands.map((command) => connection.call(phase, command, null));
  const sent = [...queued, connection.call(phase, ['EXEC'], signal)];
  const outcomes = await Promise.allSettled(sent);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  if (refused !== undefined) throw refused.reason;
  const answers = await sent[commands.length];
  const failed = (answers as readonly unknown[]).find((answer) => answer instanceof Error);
  if (failed !== undefined) throw new Failed({ code: PARTLY, message: failed.message }, phase, true);
  return answers as readonly Answer[];
}
