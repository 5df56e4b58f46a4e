import type { Setting, SettingDefinition } from '../types.ts';
import { ISOLATION_LEVELS, type Isolation } from './clients/transaction.ts';
import { refusedSetting } from './config.ts';
import { READS, type Reads } from '../sql/routing.ts';
import { SYNCHRONOUS, type Synchronous } from './topology.ts';

/** The cluster's own settings; any other name is one of PostgreSQL's. */
export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'reads',
    title: 'Who answers reads: the primary, any node in turn, or one node for each session',
    values: READS,
    type: 'string',
    default: 'primary',
  },
  {
    name: 'fencing',
    title: 'Does failover kill the old primary first? Without, it goes on serving who reaches it',
    values: [true, false],
    type: 'boolean',
    default: true,
  },
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
];

/** Settings as the cluster uses them. */
export interface PostgresSettings {
  readonly reads: Reads;
  readonly fencing: boolean;
  readonly synchronous: Synchronous;
  readonly isolation: Isolation;
  /** For postgresql.conf. */
  readonly database: Readonly<Record<string, Setting>>;
}

/** @throws Error in one sentence when PostgreSQL must not be given a setting. */
export function settingsOf(given: Readonly<Record<string, Setting>>): PostgresSettings {
  const own = Object.fromEntries(SETTINGS.map(({ name, default: value }) => [name, given[name] ?? value]));
  const database = Object.entries(given).filter(([name]) => !(name in own));
  for (const [name] of database) {
    const refused = refusedSetting(name);
    if (refused !== null) throw new Error(`--set ${name}: ${refused}.`);
  }
  return {
    reads: own.reads as Reads,
    fencing: own.fencing as boolean,
    synchronous: own.synchronous as Synchronous,
    isolation: own.isolation as Isolation,
    database: Object.fromEntries(database),
  };
}
