import { VERSIONS, type Version } from './server/docker-server.ts';
import type { Setting, SettingDefinition } from '../types.ts';
import { ISOLATION_LEVELS, type Isolation } from './clients/transaction.ts';
import { refusedSetting } from './config.ts';
import type { Reads } from '../sql/routing.ts';
import { divide } from '../kit/settings.ts';
import { LEADING } from '../sql/settings.ts';
import { PARTITIONING, UNIQUE, type Partitioning, type Unique } from './partitioning.ts';
import { SYNCHRONOUS, type Synchronous } from './topology.ts';

/** The cluster's own settings; any other name is one of PostgreSQL's. */
export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'version',
    title: 'PostgreSQL’s version in containers; without Docker it is that of the npm package',
    values: VERSIONS,
    type: 'number',
    default: VERSIONS[0],
  },
  ...LEADING,
  {
    name: 'synchronous',
    title: 'Which standbys a commit waits for: none, FIRST 1, ANY 1, or all of them',
    values: SYNCHRONOUS,
    type: 'string',
    default: 'none',
  },
  {
    name: 'isolation',
    title: 'Isolation level of transactions',
    values: ISOLATION_LEVELS,
    type: 'string',
    default: 'serializable',
  },
  {
    name: 'partitioning',
    title: 'How kv and elements are split: not, by years (with or without a default partition), or by hash',
    values: PARTITIONING,
    type: 'string',
    default: 'none',
  },
  {
    name: 'unique',
    title:
      'What keeps a key in one row of a table split by years: nothing, or a table of keys that is locked first',
    values: UNIQUE,
    type: 'string',
    default: 'unenforced',
  },
];

/** Settings as the cluster uses them. */
export interface PostgresSettings {
  readonly reads: Reads;
  readonly pinSeconds: number;
  readonly fencing: boolean;
  readonly synchronous: Synchronous;
  readonly isolation: Isolation;
  readonly partitioning: Partitioning;
  readonly unique: Unique;
  readonly version: Version;
  /** For postgresql.conf. */
  readonly database: Readonly<Record<string, Setting>>;
}

/** @throws Error in one sentence when PostgreSQL must not be given a setting. */
export function settingsOf(given: Readonly<Record<string, Setting>>): PostgresSettings {
  const { own, database } = divide(SETTINGS, given, refusedSetting);
  return {
    version: own.version as Version,
    reads: own.reads as Reads,
    pinSeconds: own['pin-seconds'] as number,
    fencing: own.fencing as boolean,
    synchronous: own.synchronous as Synchronous,
    isolation: own.isolation as Isolation,
    partitioning: own.partitioning as Partitioning,
    unique: own.unique as Unique,
    database,
  };
}
