import type { Endpoint } from '../../harness/hosts/types.ts';
import type { Setting } from '../types.ts';
import type { RedisSettings } from './settings.ts';

/** The name under which sentinels watch the primary. */
export const GROUP = 'alibi';
const QUORUM = 2;
const DOWN_AFTER_MS = 1000;

/** Settings that this cluster must own: a node that ignores them cannot be reached or followed. */
const OWNED: Readonly<Record<string, string>> = {
  bind: 'the host chooses it',
  port: 'the host chooses it',
  dir: 'the host chooses it',
  unixsocket: 'clients dial by TCP only',
  daemonize: 'the host starts it',
  logfile: 'logs are taken from standard output',
  'protected-mode': 'nodes listen on their own address only',
  requirepass: 'clients and sentinels have no password',
  masterauth: 'clients and sentinels have no password',
  'rename-command': 'operators need the commands as they are called',
  replicaof: 'failover rewrites it',
  slaveof: 'failover rewrites it',
  'replica-announce-ip': 'the host chooses it',
  'cluster-enabled': 'it is what the cluster is made of: take redis-cluster or valkey-cluster',
  'cluster-config-file': 'the cluster writes it',
  'cluster-announce-ip': 'the host chooses it',
  'cluster-require-full-coverage': 'set "full-coverage" instead',
  appendonly: 'set "aof" instead, so that the claim follows it',
  appendfsync: 'set "aof" instead, so that the claim follows it',
  'min-replicas-to-write': 'set "min-replicas" instead',
  'min-slaves-to-write': 'set "min-replicas" instead',
};

/** Why a setting cannot be handed to the server, or null. */
export function refusedSetting(name: string): string | null {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return `"${name}" is not the name of a Redis setting`;
  return name in OWNED ? `"${name}" cannot be set here: ${OWNED[name]}` : null;
}

/** Nothing on disk but the append-only file, and quick to notice a dead peer. */
const BASE: Readonly<Record<string, Setting>> = {
  'protected-mode': false,
  save: '""',
  'repl-diskless-sync-delay': 0,
  'repl-ping-replica-period': 1,
  'repl-timeout': 5,
  'repl-backlog-size': '16mb',
};

/** The file of a server: `own` is what its cluster decides, `given` what the user says of anything else. */
export function renderLines(
  own: Readonly<Record<string, Setting>>,
  given: Readonly<Record<string, Setting>>,
): string {
  const shown = (value: Setting): Setting => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : value);
  return Object.entries({ ...BASE, ...given, ...own })
    .map(([name, value]) => `${name} ${shown(value)}\n`)
    .join('');
}

/** How a server keeps its append-only file. */
export function keeping(aof: RedisSettings['aof']): Readonly<Record<string, Setting>> {
  return { appendonly: aof !== 'none', appendfsync: aof === 'none' ? 'no' : aof };
}

export interface ServerConfig {
  readonly listen: Endpoint;
  /** Where it keeps its data. */
  readonly directory: string;
  /** Whom it follows at first: a sentinel rewrites this file when that changes. */
  readonly follows: Endpoint | null;
  readonly settings: RedisSettings;
}

export function renderServer({ listen, directory, follows, settings }: ServerConfig): string {
  return renderLines(
    {
      bind: listen.host,
      port: listen.port,
      dir: directory,
      ...keeping(settings.aof),
      'replica-announce-ip': listen.host,
      'min-replicas-to-write': settings.minReplicas,
      ...(follows === null ? {} : { replicaof: `${follows.host} ${follows.port}` }),
    },
    { 'min-replicas-max-lag': 2, ...settings.server },
  );
}

export interface SentinelConfig {
  readonly listen: Endpoint;
  readonly directory: string;
  readonly primary: Endpoint;
}

export function renderSentinel({ listen, directory, primary }: SentinelConfig): string {
  const lines = [
    `bind ${listen.host}`,
    `port ${listen.port}`,
    'protected-mode no',
    `dir ${directory}`,
    `sentinel announce-ip ${listen.host}`,
    `sentinel monitor ${GROUP} ${primary.host} ${primary.port} ${QUORUM}`,
    `sentinel down-after-milliseconds ${GROUP} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${GROUP} 5000`,
    `sentinel parallel-syncs ${GROUP} 2`,
  ];
  return `${lines.join('\n')}\n`;
}
