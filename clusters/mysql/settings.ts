import type { Setting, SettingDefinition } from '../types.ts';
import type { Reads } from '../sql/routing.ts';
import { divide } from '../kit/settings.ts';
import { LEADING } from '../sql/settings.ts';
import { ISOLATION_LEVELS, type Isolation } from './clients/transaction.ts';
import { refusedSetting } from './config.ts';
import { POINTINGS, POSITIONS, type Pointing } from './following.ts';
import { PARTITIONING, type Partitioning } from './partitioning.ts';
import { SEEDINGS, type Seeding } from './seeding.ts';

/**
 * Does a commit wait until a replica has it (AFTER_SYNC)? `wait`: for as long as that takes. `fall-back`: for
 * {@link FALL_BACK_MS}, after which replication is asynchronous until a replica has caught up, and nobody is told.
 */
export const SEMISYNC = ['none', 'wait', 'fall-back'] as const;
export type Semisync = (typeof SEMISYNC)[number];

/** MySQL's default is 10 s; the run of a test is not long enough for that. */
export const FALL_BACK_MS = 1000;

/** The cluster's own settings; any other name is one of MySQL's system variables. */
export const SETTINGS: readonly SettingDefinition[] = [
  ...LEADING,
  {
    name: 'semisync',
    title: 'Semi-synchronous replication: none, wait for a replica, or fall back after a second',
    values: SEMISYNC,
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
    name: 'positions',
    title: 'Replicas go on by GTID, or from a file and a place in it that the operator gives them',
    values: POSITIONS,
    type: 'string',
    default: 'gtid',
  },
  {
    name: 'pointing',
    title: 'With positions=file: the place that replicas are given after a failover',
    values: POINTINGS,
    type: 'string',
    default: 'right',
  },
  {
    name: 'seeding',
    title:
      'What a new replica is made from: a clone, mysqldump with a snapshot and its place, or without either',
    values: SEEDINGS,
    type: 'string',
    default: 'clone',
  },
  {
    name: 'partitioning',
    title: 'How kv and elements are split: not, by years (with or without MAXVALUE), or by hash',
    values: PARTITIONING,
    type: 'string',
    default: 'none',
  },
];

/** Settings as the cluster uses them. */
export interface MysqlSettings {
  readonly reads: Reads;
  readonly pinSeconds: number;
  readonly fencing: boolean;
  readonly semisync: Semisync;
  readonly isolation: Isolation;
  readonly partitioning: Partitioning;
  readonly positions: (typeof POSITIONS)[number];
  readonly pointing: Pointing;
  readonly seeding: Seeding;
  /** For my.cnf. */
  readonly database: Readonly<Record<string, Setting>>;
}

/** @throws Error in one sentence when MySQL must not be given a setting. */
export function settingsOf(given: Readonly<Record<string, Setting>>): MysqlSettings {
  const { own, database } = divide(SETTINGS, given, refusedSetting);
  return {
    reads: own.reads as Reads,
    pinSeconds: own['pin-seconds'] as number,
    fencing: own.fencing as boolean,
    semisync: own.semisync as Semisync,
    isolation: own.isolation as Isolation,
    partitioning: own.partitioning as Partitioning,
    positions: own.positions as MysqlSettings['positions'],
    pointing: own.pointing as Pointing,
    seeding: own.seeding as Seeding,
    database,
  };
}

/** Why these settings cannot be had together, or null. */
export function conflictOf({ positions, pointing, seeding, partitioning }: MysqlSettings): string | null {
  if (positions === 'file' && seeding === 'clone')
    return 'a clone does not say where in a log it ends: set seeding to dump, which does, beside positions=file';
  if (positions === 'file' && partitioning !== 'none')
    return 'positions=file has tables of its own: without partitions';
  return positions === 'gtid' && pointing !== 'right'
    ? 'replicas that go on by GTID are given no place: set positions=file to give them one'
    : null;
}
