import type { Json } from '../../../harness/history/event.ts';
import type { Connection } from './connection.ts';
import { jsonText, unknownOperation, type Plan, type Planner } from './plan.ts';

export const ISOLATION_LEVELS = ['read-committed', 'repeatable-read', 'serializable'] as const;
export type Isolation = (typeof ISOLATION_LEVELS)[number];

type MicroOperation = readonly ['r' | 'w' | 'append', Json, Json];

/**
 * `transaction`: micro-operations between BEGIN and COMMIT, one statement each. A row's value is a list once it was
 * appended to, a register's value once it was written; a read of an absent row is null.
 */
export function transactions(isolation: Isolation): Planner {
  return ({ f, value }): Plan => {
    if (f !== 'txn') throw unknownOperation('transaction', f);
    const steps = value as readonly MicroOperation[];
    const reads = steps.every(([kind]) => kind === 'r');
    return {
      reads,
      // "cannot use serializable mode in a hot standby"
      primaryOnly: isolation === 'serializable',
      run: (connection, signal) => transaction(connection, signal, isolation, steps, reads),
    };
  };
}

async function transaction(
  connection: Connection,
  signal: AbortSignal,
  isolation: Isolation,
  steps: readonly MicroOperation[],
  reads: boolean,
): Promise<Json> {
  const before = reads ? 'read' : 'open';
  const level = isolation.replace('-', ' ').toUpperCase();
  const done: Json[] = [];
  try {
    await connection.run(before, `BEGIN ISOLATION LEVEL ${level}`, [], signal);
    for (const step of steps) done.push(await micro(connection, signal, before, step));
    await connection.run(reads ? 'read' : 'commit', 'COMMIT', [], signal);
    return done;
  } catch (error) {
    // Still connected: the server answered with an error, and the transaction waits to be rolled back.
    if (connection.usable)
      await connection.run('read', 'ROLLBACK', [], signal).catch(() => connection.destroy());
    throw error;
  }
}

async function micro(
  connection: Connection,
  signal: AbortSignal,
  phase: 'read' | 'open',
  [kind, key, value]: MicroOperation,
): Promise<Json> {
  const k = jsonText(key);
  switch (kind) {
    case 'r': {
      const { rows } = await connection.run(phase, 'SELECT v FROM cells WHERE k = $1', [k], signal);
      return ['r', key, rows.length === 0 ? null : (rows[0].v as Json)];
    }
    case 'w': {
      const text = 'INSERT INTO cells (k, v) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = excluded.v';
      await connection.run(phase, text, [k, jsonText(value)], signal);
      return [kind, key, value];
    }
    case 'append': {
      const text =
        'INSERT INTO cells (k, v) VALUES ($1, jsonb_build_array($2::jsonb)) ' +
        'ON CONFLICT (k) DO UPDATE SET v = cells.v || excluded.v';
      await connection.run(phase, text, [k, jsonText(value)], signal);
      return [kind, key, value];
    }
  }
}
