import type { MysqlSettings } from '../mysql/settings.ts';
import { refusedSetting as refusedByServers } from '../mysql/config.ts';
import { ISOLATION_LEVELS, type Isolation } from '../mysql/clients/transaction.ts';
import type { Setting, SettingDefinition } from '../types.ts';

export const MODES = ['single-primary', 'multi-primary'] as const;
export type Mode = (typeof MODES)[number];

/** `group_replication_consistency`. https://dev.mysql.com/doc/refman/9.5/en/group-replication-consistency-guarantees.html */
export const CONSISTENCIES = ['EVENTUAL', 'BEFORE', 'AFTER', 'BEFORE_AND_AFTER'] as const;
export type Consistency = (typeof CONSISTENCIES)[number];

/** `group_replication_exit_state_action`: what becomes of a member that its group has expelled. */
export const EXIT_ACTIONS = ['OFFLINE_MODE', 'READ_ONLY'] as const;
export type ExitAction = (typeof EXIT_ACTIONS)[number];

const READS = ['primary', 'any', 'sticky'] as const;

export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'mode',
    title: 'Who takes writes: one member that the group elects, or every member',
    values: MODES,
    type: 'string',
    default: 'single-primary',
  },
  {
    name: 'consistency',
    title: 'What a transaction waits for: nothing, what came before it, being applied everywhere, or both',
    values: CONSISTENCIES,
    type: 'string',
    default: 'BEFORE_AND_AFTER',
  },
  {
    name: 'exit-state-action',
    title:
      'A member that was expelled turns clients away (OFFLINE_MODE), or goes on answering reads (READ_ONLY)',
    values: EXIT_ACTIONS,
    type: 'string',
    default: 'OFFLINE_MODE',
  },
  {
    name: 'reads',
    title:
      'Who answers reads: the member that takes the session’s writes, any in turn, or one for each session',
    values: READS,
    type: 'string',
    default: 'any',
  },
  {
    name: 'isolation',
    title: 'Isolation level of transactions; groups with several primaries have no serializable',
    values: ISOLATION_LEVELS,
    type: 'string',
    default: 'repeatable-read',
  },
];

export interface GroupSettings {
  readonly mode: Mode;
  readonly consistency: Consistency;
  readonly exit: ExitAction;
  readonly reads: (typeof READS)[number];
  readonly isolation: Isolation;
  /** For the servers, as they are without a group. */
  readonly server: MysqlSettings;
}

/** Of these the claim depends, or forming the group does. */
const OWNED: Readonly<Record<string, string>> = {
  group_replication_consistency: 'set "consistency" instead, so that the claim follows it',
  group_replication_exit_state_action: 'set "exit-state-action" instead, so that the claim follows it',
  group_replication_single_primary_mode: 'set "mode" instead, so that the claim follows it',
  group_replication_enforce_update_everywhere_checks: 'set "mode" instead, so that the claim follows it',
  group_replication_group_name: 'the group is formed here',
  group_replication_local_address: 'the host chooses it',
  group_replication_group_seeds: 'the host chooses them',
  group_replication_bootstrap_group: 'the group is formed here',
  group_replication_start_on_boot: 'the group is formed here',
  report_host: 'the host chooses it',
  report_port: 'the host chooses it',
  offline_mode: 'a member is offline until it has joined',
};

/** Why a setting cannot be handed to the database, or null. */
export function refusedSetting(name: string): string | null {
  return name in OWNED ? `"${name}" cannot be set here: ${OWNED[name]}` : refusedByServers(name);
}

/** @throws Error in one sentence when MySQL must not be given a setting. */
export function settingsOf(given: Readonly<Record<string, Setting>>): GroupSettings {
  const own = Object.fromEntries(SETTINGS.map(({ name, default: value }) => [name, given[name] ?? value]));
  const database = Object.entries(given).filter(([name]) => !(name in own));
  for (const [name] of database) {
    const refused = refusedSetting(name);
    if (refused !== null) throw new Error(`--set ${name}: ${refused}.`);
  }
  const isolation = own.isolation as Isolation;
  return {
    mode: own.mode as Mode,
    consistency: own.consistency as Consistency,
    exit: own['exit-state-action'] as ExitAction,
    reads: own.reads as GroupSettings['reads'],
    isolation,
    server: {
      ...{
        reads: 'primary',
        pinSeconds: 1,
        fencing: true,
        semisync: 'none',
        partitioning: 'none',
        isolation,
      },
      ...{ positions: 'gtid', pointing: 'right', seeding: 'clone' },
      database: Object.fromEntries(database),
    },
  };
}

/** Why these settings cannot be had together, or null. */
export function conflictOf({ mode, isolation }: GroupSettings, nodes: number): string | null {
  if (mode === 'multi-primary' && isolation === 'serializable')
    return 'a group with several primaries refuses transactions at serializable';
  return nodes < 3 || nodes > 9 ? 'a group that is to survive a failure has three to nine members' : null;
}
