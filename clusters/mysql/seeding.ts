// A replica made from a backup that is taken while clients go on (mysqldump), as an operator does by hand.
import type { Clock } from '../../harness/runtime/types.ts';
import { MILLISECOND } from '../../harness/runtime/types.ts';
import type { Credentials } from '../sql/session.ts';
import type { MysqlNode } from './node.ts';
import { present, type Position } from './positions.ts';

/**
 * `clone`: the clone plugin. `dump`: mysqldump --single-transaction --source-data, one snapshot and the place in the log
 * where it was taken. `dump-by-hand`: mysqldump without either, and the source's place as it is looked up afterwards:
 * what was written between a table's turn and that look is in neither.
 */
export const SEEDINGS = ['clone', 'dump', 'dump-by-hand'] as const;
export type Seeding = (typeof SEEDINGS)[number];

const DUMP_MS = 60_000;
/** A person who looks something up takes at least so long. */
export const BY_HAND_MS = 1_000;

/** Where the copy is said to end, in the source's log. Where there are GTIDs, the node itself knows which it has. */
export interface Seeded {
  readonly at: Position;
}

const GTIDS = 'SELECT @@GLOBAL.gtid_executed AS done';
const NOTED =
  /^-- CHANGE (?:REPLICATION SOURCE|MASTER) TO (?:SOURCE|MASTER)_LOG_FILE='([^']+)', (?:SOURCE|MASTER)_LOG_POS=(\d+)/m;

/** Fills a running node that holds no tables from `source`. Nothing of it goes to the node's own log. */
export async function seed(
  node: MysqlNode,
  source: MysqlNode,
  seeding: Exclude<Seeding, 'clone'>,
  { user, password, database }: Credentials,
  clock: Clock,
): Promise<Seeded> {
  const { host, port } = source.peer(node.name);
  const consistent = seeding === 'dump';
  const options = consistent
    ? '--single-transaction --source-data=2 --set-gtid-purged=AUTO'
    : '--skip-lock-tables --set-gtid-purged=OFF';
  const dump =
    `mysqldump --no-defaults --host=${host} --port=${port} --protocol=TCP --ssl-mode=DISABLED --get-server-public-key ` +
    `--user=${user} --no-tablespaces ${options} --databases ${database} > dump.sql`;
  const { place } = node;
  const run = (command: string) =>
    place.run(['sh', '-c', `cd "$1" && ${command}`, 'sh', place.directory], {
      env: { MYSQL_PWD: password },
      timeoutMs: DUMP_MS,
    });
  await run(dump);
  let at: Position;
  let gtids = '';
  if (consistent) {
    const { stdout: head } = await run('head -n 60 dump.sql');
    const noted = NOTED.exec(head);
    if (noted === null) throw new Error(`${node.name}: mysqldump did not note where ${source.name} stood`);
    at = { file: noted[1], pos: Number(noted[2]) };
  } else {
    await clock.sleep(BY_HAND_MS * MILLISECOND);
    at = await present(source);
    const { rows } = await source.query(GTIDS);
    gtids = String(rows[0].done).replace(/\s/g, '');
  }
  const self = `mysql --no-defaults --socket=${node.socket} --user=${user} --init-command='SET sql_log_bin = 0'`;
  await run(`${self} < dump.sql && rm dump.sql`);
  if (!consistent && gtids !== '') await node.query(`SET GLOBAL gtid_purged = '${gtids}'`, [], DUMP_MS);
  return { at };
}
