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
/** So many are passed over one by one; then everything is that the other leader has written so far. */
const ONE_BY_ONE = 10;

/**
 * Lets an apply worker pass over the transactions that it fails at, again and again, as an operator does who finds the
 * error in the log: what was in them is lost here. When it fails at every other one, he gives up, and goes on with what
 * is written from now on.
 * https://www.postgresql.org/docs/current/logical-replication-conflicts.html
 */
export class Skipping {
  readonly #node: PostgresNode;
  readonly #others: ReadonlyMap<string, PostgresNode>;
  readonly #last = new Map<string, string>();
  readonly #count = new Map<string, number>();
  readonly #givenUp = new Set<string>();

  constructor(node: PostgresNode, nodes: readonly PostgresNode[]) {
    this.#node = node;
    this.#others = new Map(nodes.map((other) => [`from_${other.name}`, other]));
  }

  /** What was done so far, in words; empty when there was nothing to do. */
  get told(): string {
    const skipped = [...this.#count.values()].reduce((sum, n) => sum + n, 0);
    const all = [...this.#givenUp].map((name) => `everything that ${name.slice(5)} had written by then`);
    const what = [...(skipped > 0 ? [`${skipped} transactions it could not apply`] : []), ...all];
    return what.length === 0 ? '' : `${this.#node.name} had to be helped past ${what.join(', and ')}`;
  }

  /** Looks for transactions that failed since the last look. */
  async skip(): Promise<void> {
    const file = join(this.#node.place.directory, `${SERVICE}.log`);
    const log = await readFile(file, 'utf8').catch(() => '');
    const failed = new Map([...log.matchAll(STUCK)].map(([, origin, lsn]) => [origin, lsn]));
    for (const [origin, lsn] of failed) {
      if (this.#last.get(origin) === lsn) continue;
      const row = await this.#node.ask(`SELECT subname AS name FROM pg_subscription WHERE oid = ${origin}`);
      if (row === null) continue;
      const count = (this.#count.get(origin) ?? 0) + 1;
      if (count > ONE_BY_ONE) await this.#giveUp(row.name as string, origin);
      else await this.#node.query(`ALTER SUBSCRIPTION "${row.name as string}" SKIP (lsn = '${lsn}')`);
      this.#last.set(origin, lsn);
      this.#count.set(origin, Math.min(count, ONE_BY_ONE));
    }
  }

  /** @throws Error while the worker has not ended yet: to be tried again */
  async #giveUp(subscription: string, origin: string): Promise<void> {
    const publisher = this.#others.get(subscription);
    const end = await publisher?.ask('SELECT pg_current_wal_lsn()::text AS lsn');
    if (typeof end?.lsn !== 'string') return;
    await this.#node.query(`ALTER SUBSCRIPTION "${subscription}" DISABLE`);
    await this.#node.query(`SELECT pg_replication_origin_advance('pg_${origin}', '${end.lsn}')`);
    await this.#node.query(`ALTER SUBSCRIPTION "${subscription}" ENABLE`);
    this.#givenUp.add(subscription);
  }
}
