// A replica's side of replication, in MySQL's own statements.
import type { Credentials } from '../sql/session.ts';
import { gtidCount } from './gtid.ts';
import type { MysqlNode } from './node.ts';
import type { Position } from './positions.ts';

/**
 * Points `node` at `source` and lets it run: from a place in that one's log, or, by GTID (`at` null), for everything that
 * it does not have.
 */
export async function follow(
  node: MysqlNode,
  source: MysqlNode,
  { user, password }: Credentials,
  at: Position | null,
): Promise<void> {
  const place =
    at === null
      ? 'SOURCE_AUTO_POSITION = 1'
      : `SOURCE_AUTO_POSITION = 0, SOURCE_LOG_FILE = '${at.file}', SOURCE_LOG_POS = ${at.pos}`;
  const { host, port } = source.peer(node.name);
  await node.query('STOP REPLICA', [], 10_000);
  await node.query(
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}', SOURCE_PORT = ${port}, SOURCE_USER = '${user}', ` +
      `SOURCE_PASSWORD = '${password}', ${place}, SOURCE_SSL = 0, GET_SOURCE_PUBLIC_KEY = 1, ` +
      'SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 0, SOURCE_HEARTBEAT_PERIOD = 0.5',
    [],
    10_000,
  );
  await node.query('START REPLICA', [], 10_000);
}

/** `SHOW REPLICA STATUS`, as far as anybody here asks; null when the node does not answer or follows nobody. */
export interface ReplicaStatus {
  readonly streams: boolean;
  /** `Seconds_Behind_Source`: MySQL's own gauge, null while the replica is not connected. */
  readonly secondsBehind: number | null;
  readonly retrieved: string;
  readonly executed: string;
  /** How far into its source's log it has received, and how far it has applied that. */
  readonly received: Position;
  readonly applied: Position;
}

export async function replicaStatus(node: MysqlNode): Promise<ReplicaStatus | null> {
  const row = await node.ask('SHOW REPLICA STATUS');
  if (row === null) return null;
  const behind = row.Seconds_Behind_Source;
  return {
    streams: row.Replica_IO_Running === 'Yes' && row.Replica_SQL_Running === 'Yes',
    secondsBehind: behind === null || behind === undefined ? null : Number(behind),
    retrieved: String(row.Retrieved_Gtid_Set).replace(/\s/g, ''),
    executed: String(row.Executed_Gtid_Set).replace(/\s/g, ''),
    received: { file: String(row.Source_Log_File), pos: Number(row.Read_Source_Log_Pos) },
    applied: { file: String(row.Relay_Source_Log_File), pos: Number(row.Exec_Source_Log_Pos) },
  };
}

/** How many transactions a node has executed, null when it does not answer. */
export async function executedCount(node: MysqlNode): Promise<number | null> {
  const row = await node.ask('SELECT @@GLOBAL.gtid_executed AS done');
  return row === null ? null : gtidCount(String(row.done));
}

/** How many it holds, executed or only received. */
export async function heldCount(node: MysqlNode): Promise<number | null> {
  const status = await replicaStatus(node);
  if (status === null) return null;
  const both = [status.executed, status.retrieved].filter((set) => set !== '').join(',');
  const row = await node.ask(`SELECT GTID_SUBTRACT('${both}', '') AS held`);
  return row === null ? null : gtidCount(String(row.held));
}
