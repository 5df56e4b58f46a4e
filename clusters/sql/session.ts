import type { SqlConnection } from './client.ts';
import type { ClientPhase } from './outcome.ts';

/** Who connects, and to which database. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Rows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows read, or changed by the statement. */
  readonly count: number;
  /** The id that the database gave to the row that was inserted, where the driver tells it. */
  readonly insertId?: number;
}

/** A connection that runs statements, whatever the driver. */
export interface Session extends SqlConnection {
  /** A statement in the given phase; in phase `commit` it is its own transaction. @throws Failed */
  run(
    phase: ClientPhase,
    text: string,
    values: readonly unknown[],
    signal: AbortSignal | null,
  ): Promise<Rows>;
  destroy(): void;
}

/** Runs a statement inside the transaction. */
export type Run = (text: string, values?: readonly unknown[]) => Promise<Rows>;

/**
 * The work between BEGIN and COMMIT. One that only reads can never be indeterminate. Whatever breaks it, the session
 * is rolled back, or thrown away when even that fails.
 */
export async function inTransaction<T>(
  session: Session,
  signal: AbortSignal,
  { begin, reads }: { readonly begin: string | readonly string[]; readonly reads: boolean },
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const before = reads ? 'read' : 'open';
  try {
    for (const text of [begin].flat()) await session.run(before, text, [], signal);
    const done = await work((text, values = []) => session.run(before, text, values, signal));
    await session.run(reads ? 'read' : 'commit', 'COMMIT', [], signal);
    return done;
  } catch (error) {
    // Still connected: the server answered with an error, and the transaction waits to be rolled back.
    if (session.usable) await session.run('read', 'ROLLBACK', [], signal).catch(() => session.destroy());
    throw error;
  }
}
