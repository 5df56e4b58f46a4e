// Each leader subscribes to each other one, for what was written there and not for what came there from elsewhere.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresNode } from '../postgres/node.ts';
import { SERVICE } from '../postgres/server/server.ts';

const SUBSCRIBE_MS = 20_000;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** https://www.postgresql.org/docs/current/sql-createsubscription.html (origin = none: no loops) */
export async function subscribe(node: PostgresNode, to: PostgresNode): Promise<void> {
  await node.query(
    `CREATE SUBSCRIPTION from_${to.name} CONNECTION ${literal(node.connectionTo(to.name))} PUBLICATION alibi ` +
      `WITH (origin = none, copy_data = false, slot_name = to_${node.name})`,
    [],
    SUBSCRIBE_MS,
  );
}

/** By whom this leader is followed: bytes of its log that a subscriber has not confirmed; empty when it does not answer. */
export async function lagsOf(node: PostgresNode): Promise<[name: string, bytes: number][]> {
  const text =
    'SELECT application_name AS name, pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn)::float8 AS bytes ' +
    'FROM pg_stat_replication WHERE flush_lsn IS NOT NULL';
  const { rows } = await node.query(text, [], 1000).catch(() => ({ rows: [] }));
  return rows.map((row) => [`lag-bytes:${node.name}>${row.name as string}`, Number(row.bytes)]);
}

/** How often an apply worker gave up since the server's statistics began. */
export async function applyErrors(node: PostgresNode): Promise<number | null> {
  const row = await node.ask(
    'SELECT coalesce(sum(apply_error_count), 0)::int AS n FROM pg_stat_subscription_stats',
  );
  return row === null ? null : Number(row.n);
}

const STUCK = /replication origin "pg_(\d+)" .*finished at ([0-9A-F]+\/[0-9A-F]+)/g;

/**
 * Lets an apply worker pass over the transaction that it fails at, again and again, as an operator does who finds the
 * error in the log: what was in it is lost here. Resolves with how many were passed over now.
 * https://www.postgresql.org/docs/current/logical-replication-conflicts.html
 */
export class Skipping {
  readonly #node: PostgresNode;
  readonly #last = new Map<string, string>();
  skipped = 0;

  constructor(node: PostgresNode) {
    this.#node = node;
  }

  /** Looks for transactions that failed since the last look. */
  async skip(): Promise<void> {
    const file = join(this.#node.hostNode.directory, `${SERVICE}.log`);
    const log = await readFile(file, 'utf8').catch(() => '');
    const failed = new Map([...log.matchAll(STUCK)].map(([, origin, lsn]) => [origin, lsn]));
    for (const [origin, lsn] of failed) {
      if (this.#last.get(origin) === lsn) continue;
      const row = await this.#node.ask(`SELECT subname AS name FROM pg_subscription WHERE oid = ${origin}`);
      if (row === null) continue;
      await this.#node.query(`ALTER SUBSCRIPTION "${row.name as string}" SKIP (lsn = '${lsn}')`);
      this.#last.set(origin, lsn);
      this.skipped++;
    }
  }
}
