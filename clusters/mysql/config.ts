import type { Endpoint } from '../../harness/hosts/types.ts';
import type { Setting } from '../types.ts';
import type { Semisync } from './settings.ts';

/** What a node's my.cnf is made of. */
export interface NodeConfig {
  readonly listen: Endpoint;
  readonly directory: string;
  readonly serverId: number;
  /** A replica refuses writes from everybody, also after a restart; a primary takes them. */
  readonly readOnly: boolean;
  readonly semisync: Semisync;
  /** How long a commit waits for a replica before it is on its own, ms. */
  readonly fallBackMs: number;
  /** The user's own settings: the last word. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** Besides those that every node loads. */
  readonly plugins?: readonly string[];
}

/** Settings that this cluster must own: a node that ignores them cannot be reached, fenced or followed. */
const OWNED: Readonly<Record<string, string>> = {
  bind_address: 'nodes listen on their own address only',
  port: 'the host chooses it',
  datadir: 'the host chooses it',
  socket: 'the host chooses it',
  pid_file: 'the host chooses it',
  log_error: 'logs are taken from standard error',
  init_file: 'it creates the users and tables',
  server_id: 'it is the number of the node',
  gtid_mode: 'failover follows GTIDs',
  enforce_gtid_consistency: 'failover follows GTIDs',
  log_bin: 'replicas follow the binary log',
  read_only: 'failover sets it',
  super_read_only: 'failover sets it',
  skip_networking: 'clients dial by TCP only',
  transaction_isolation: 'set "isolation" instead, so that the claim follows it',
  rpl_semi_sync_source_enabled: 'set "semisync" instead, so that the claim follows it',
  rpl_semi_sync_replica_enabled: 'set "semisync" instead, so that the claim follows it',
  rpl_semi_sync_source_timeout: 'set "semisync" instead, so that the claim follows it',
};

/** Why a setting cannot be handed to the database, or null. */
export function refusedSetting(name: string): string | null {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return `"${name}" is not the name of a MySQL system variable`;
  return name in OWNED ? `"${name}" cannot be set here: ${OWNED[name]}` : null;
}

/** Durable as MySQL is by default, small enough for a laptop, and quick to notice a dead peer. */
const BASE: Readonly<Record<string, Setting>> = {
  skip_name_resolve: true,
  mysqlx: false,
  performance_schema: false,
  max_connections: 300,
  innodb_buffer_pool_size: '64M',
  innodb_redo_log_capacity: '32M',
  innodb_flush_log_at_trx_commit: 1,
  innodb_lock_wait_timeout: 1,
  innodb_numa_interleave: false,
  sync_binlog: 1,
  gtid_mode: true,
  enforce_gtid_consistency: true,
  relay_log_recovery: true,
  replica_net_timeout: 3,
  rpl_semi_sync_source_wait_point: 'AFTER_SYNC',
  rpl_semi_sync_source_wait_for_replica_count: 1,
  rpl_semi_sync_source_wait_no_replica: true,
  secure_file_priv: 'NULL',
};

const PLUGINS = ['semisync_source.so', 'semisync_replica.so', 'mysql_clone.so'];
/** The longest that MySQL knows: 49 days. */
const FOR_EVER_MS = 4_294_967_295;

/**
 * Only a primary may wait: on a replica the applier itself would wait for a replica of its own, and never go on.
 */
export function waitsForReplica(semisync: Semisync, readOnly: boolean): boolean {
  return semisync !== 'none' && !readOnly;
}

export function renderConfig(config: NodeConfig): string {
  const { listen, directory, serverId, readOnly, semisync, fallBackMs, settings, plugins = [] } = config;
  const own: Record<string, Setting> = {
    ...BASE,
    rpl_semi_sync_source_enabled: waitsForReplica(semisync, readOnly),
    rpl_semi_sync_replica_enabled: semisync !== 'none',
    rpl_semi_sync_source_timeout: semisync === 'wait' ? FOR_EVER_MS : fallBackMs,
    ...settings,
    bind_address: listen.host,
    port: listen.port,
    datadir: `${directory}/data`,
    socket: `${directory}/mysql.sock`,
    pid_file: `${directory}/mysqld.pid`,
    server_id: serverId,
    super_read_only: readOnly,
  };
  const lines = Object.entries(own).map(([name, value]) => `${name} = ${quoted(value)}\n`);
  return [
    '[mysqld]\n',
    ...[...PLUGINS, ...plugins].map((file) => `plugin-load-add = ${file}\n`),
    ...lines,
  ].join('');
}

function quoted(value: Setting): string {
  if (typeof value === 'boolean') return value ? 'ON' : 'OFF';
  if (typeof value === 'number' || /^[\w./:-]+$/.test(value)) return String(value);
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
