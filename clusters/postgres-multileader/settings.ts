import { divide } from '../kit/settings.ts';
import { refusedSetting } from '../postgres/config.ts';
import { VERSIONS, type Version } from '../postgres/server/docker-server.ts';
import type { Setting, SettingDefinition } from '../types.ts';

/**
 * What is done about writes of the same row at two leaders. `none`: what arrives last is applied last, on each of
 * them. `lww`: a trigger keeps the row with the later stamp. `table`: nothing is overwritten; every write is a row of
 * its own, and what a reader sees is worked out of all of them.
 */
export const CONFLICTS = ['none', 'lww', 'table'] as const;
export type Conflicts = (typeof CONFLICTS)[number];

/** Who answers reads: the session's home leader, where it also writes, or any leader in turn. */
export const READS = ['home', 'any'] as const;

/** The cluster's own settings; any other name is one of PostgreSQL's. */
export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'version',
    title: 'PostgreSQL’s version in containers; without Docker it is that of the npm package',
    values: VERSIONS,
    type: 'number',
    default: VERSIONS[0],
  },
  {
    name: 'conflicts',
    title:
      'What decides between writes at two leaders: nothing, the later stamp of a row, or a table of versions',
    values: CONFLICTS,
    type: 'string',
    default: 'none',
  },
  {
    name: 'reads',
    title: 'Who answers reads: the leader where the session writes, or any leader in turn',
    values: READS,
    type: 'string',
    default: 'home',
  },
];

export interface MultiLeaderSettings {
  readonly conflicts: Conflicts;
  readonly reads: (typeof READS)[number];
  readonly version: Version;
  /** For postgresql.conf. */
  readonly database: Readonly<Record<string, Setting>>;
}

/** Logical decoding, enough workers for a subscription to each other leader, and little patience between attempts. */
const LOGICAL: Readonly<Record<string, Setting>> = {
  wal_level: 'logical',
  max_worker_processes: 16,
  max_logical_replication_workers: 12,
  max_sync_workers_per_subscription: 1,
  wal_retrieve_retry_interval: '50ms',
};

/** @throws Error in one sentence when PostgreSQL must not be given a setting. */
export function settingsOf(given: Readonly<Record<string, Setting>>): MultiLeaderSettings {
  const { own, database } = divide(SETTINGS, given, refusedSetting);
  return {
    conflicts: own.conflicts as Conflicts,
    version: own.version as Version,
    reads: own.reads as MultiLeaderSettings['reads'],
    database: { ...LOGICAL, ...database },
  };
}
