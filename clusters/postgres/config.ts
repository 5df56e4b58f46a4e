import type { Endpoint } from '../../harness/hosts/types.ts';
import type { Setting } from '../types.ts';
import type { Credentials } from '../sql/session.ts';

/** What a node's postgresql.conf is made of. */
export interface NodeConfig {
  readonly node: string;
  readonly listen: Endpoint;
  /** The primary that it follows when it is a standby, as dialled from this node. */
  readonly follows: Endpoint | null;
  /** `synchronous_standby_names`, in force while it is the primary. */
  readonly synchronousNames: string;
  /** Who standbys connect as, and the file that holds that user's password: a password in the config would be logged. */
  readonly user: string;
  readonly passwordFile: string;
  /** The user's own settings: the last word. */
  readonly settings: Readonly<Record<string, Setting>>;
}

/** Settings that this cluster must own: a node that ignores them cannot be reached, fenced or followed. */
const OWNED: Readonly<Record<string, string>> = {
  listen_addresses: 'nodes listen on this machine only',
  port: 'the host chooses it',
  data_directory: 'the host chooses it',
  config_file: 'the host chooses it',
  hba_file: 'the host chooses it',
  unix_socket_directories: 'clients dial by TCP only',
  cluster_name: 'it is the node’s name',
  primary_conninfo: 'failover rewrites it',
  hot_standby: 'standbys must answer how far they are',
  wal_level: 'standbys follow by streaming',
  logging_collector: 'logs are taken from standard error',
  log_destination: 'logs are taken from standard error',
  lc_messages: 'the error table reads English messages',
  synchronous_standby_names:
    'set "synchronous" (none, first-1, any-1 or all) instead, so that the claim follows it',
};

/** Why a setting cannot be handed to the database, or null. */
export function refusedSetting(name: string): string | null {
  if (!/^[a-z_][a-z0-9_.]*$/.test(name)) return `"${name}" is not the name of a PostgreSQL setting`;
  return name in OWNED ? `"${name}" cannot be set here: ${OWNED[name]}` : null;
}

/** Durable as PostgreSQL is by default, small enough for a laptop, and quick to notice a dead peer. */
const BASE: Readonly<Record<string, Setting>> = {
  unix_socket_directories: '',
  ssl: false,
  max_connections: 300,
  shared_buffers: '16MB',
  dynamic_shared_memory_type: 'posix',
  max_wal_senders: 10,
  max_replication_slots: 10,
  max_logical_replication_workers: 0,
  wal_level: 'replica',
  hot_standby: true,
  wal_log_hints: true,
  wal_keep_size: '256MB',
  max_wal_size: '256MB',
  fsync: true,
  wal_sender_timeout: '3s',
  wal_receiver_timeout: '3s',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '200ms',
  lc_messages: 'C',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %b ',
  logging_collector: false,
  log_destination: 'stderr',
};

export function renderConfig(config: NodeConfig): string {
  const own: Record<string, Setting> = {
    ...BASE,
    ...config.settings,
    listen_addresses: config.listen.host,
    port: config.listen.port,
    cluster_name: config.node,
    synchronous_standby_names: config.synchronousNames,
    primary_conninfo: config.follows === null ? '' : connectionInfo(config.follows, config.node, config),
  };
  return Object.entries(own)
    .map(([name, value]) => `${name} = ${quoted(value)}\n`)
    .join('');
}

/** How libpq dials `server` in the name of `application`. */
export function connectionInfo(
  server: Endpoint,
  application: string,
  { user, passwordFile }: Pick<NodeConfig, 'user' | 'passwordFile'>,
): string {
  const words = {
    host: server.host,
    port: server.port,
    user,
    passfile: `'${passwordFile.replace(/['\\]/g, '\\$&')}'`,
    application_name: application,
    sslmode: 'disable',
    gssencmode: 'disable',
    connect_timeout: 2,
  };
  return Object.entries(words)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function quoted(value: Setting): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return String(value);
  return `'${value.replaceAll("'", "''")}'`;
}

/** For libpq: one user, one password, whatever the server. */
export function renderPasswordFile({ user, password }: Credentials): string {
  return `*:*:*:${user}:${password}\n`;
}

/** Passwords from the local addresses given, and from nowhere else. */
export function renderHba(allowed: readonly string[]): string {
  return allowed
    .flatMap((address) => ['all', 'replication'].map((what) => `host ${what} all ${address} scram-sha-256\n`))
    .join('');
}
