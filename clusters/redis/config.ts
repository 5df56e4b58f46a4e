import type { Endpoint } from '../../harness/hosts/types.ts';
import type { RedisSettings } from './settings.ts';

/** The name under which sentinels watch the primary. */
export const GROUP = 'alibi';
const QUORUM = 2;
const DOWN_AFTER_MS = 1000;

type Lines = readonly (readonly [name: string, value: string | number])[];

function render(lines: Lines): string {
  return lines.map(([name, value]) => `${name} ${value}\n`).join('');
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
  return render([
    ['bind', listen.host],
    ['port', listen.port],
    ['protected-mode', 'no'],
    ['dir', directory],
    ['save', '""'],
    ['appendonly', settings.aof === 'none' ? 'no' : 'yes'],
    ['appendfsync', settings.aof === 'none' ? 'no' : settings.aof],
    ['replica-announce-ip', listen.host],
    ['repl-diskless-sync-delay', 0],
    ['repl-ping-replica-period', 1],
    ['repl-timeout', 5],
    ['repl-backlog-size', '16mb'],
    ['min-replicas-to-write', settings.minReplicas],
    ['min-replicas-max-lag', 2],
    ...(follows === null ? [] : [['replicaof', `${follows.host} ${follows.port}`] as const]),
  ]);
}

export interface SentinelConfig {
  readonly listen: Endpoint;
  readonly directory: string;
  readonly primary: Endpoint;
}

export function renderSentinel({ listen, directory, primary }: SentinelConfig): string {
  return render([
    ['bind', listen.host],
    ['port', listen.port],
    ['protected-mode', 'no'],
    ['dir', directory],
    ['sentinel announce-ip', listen.host],
    ['sentinel monitor', `${GROUP} ${primary.host} ${primary.port} ${QUORUM}`],
    ['sentinel down-after-milliseconds', `${GROUP} ${DOWN_AFTER_MS}`],
    ['sentinel failover-timeout', `${GROUP} 5000`],
    ['sentinel parallel-syncs', `${GROUP} 2`],
  ]);
}
