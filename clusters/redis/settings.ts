import { divide } from '../kit/settings.ts';
import type { Setting, SettingDefinition } from '../types.ts';
import { refusedSetting } from './config.ts';

export const READS = ['primary', 'any', 'sticky'] as const;
/** What a write waits for before it counts as acknowledged. */
export const ACKS = ['primary', 'wait-1', 'waitaof'] as const;
/** When the append-only file goes to the disk; `none`: there is none. */
export const AOF = ['always', 'everysec', 'none'] as const;

/** What an acknowledged write is worth. */
export const WRITES: readonly SettingDefinition[] = [
  {
    name: 'ack',
    title:
      'What an acknowledged write has waited for: the primary, one replica (WAIT 1), or disks (WAITAOF 1 1)',
    values: ACKS,
    type: 'string',
    default: 'primary',
  },
  {
    name: 'ack-ms',
    title: 'How long WAIT and WAITAOF wait before they report fewer than asked',
    type: 'number',
    default: 1000,
  },
  {
    name: 'aof',
    title: 'When the append-only file is synced: with every write, every second; or there is none',
    values: AOF,
    type: 'string',
    default: 'everysec',
  },
];

export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'reads',
    title: 'Who answers reads: the primary, any node in turn, or one node for each session',
    values: READS,
    type: 'string',
    default: 'primary',
  },
  ...WRITES,
  {
    name: 'min-replicas',
    title: 'min-replicas-to-write: how many replicas must have been heard of in the last 2 s',
    values: [0, 1, 2],
    type: 'number',
    default: 0,
  },
  {
    name: 'lease-ms',
    title: 'How long a lock outlives the last word of its holder; 0: there are no locks',
    type: 'number',
    default: 0,
  },
];

export interface RedisSettings {
  readonly reads: (typeof READS)[number];
  readonly ack: (typeof ACKS)[number];
  readonly ackMs: number;
  readonly minReplicas: number;
  readonly aof: (typeof AOF)[number];
  readonly leaseMs: number;
  /** For the server's own file. */
  readonly server: Readonly<Record<string, Setting>>;
}

/** @throws Error in one sentence when the server must not be given a setting. */
export function settingsOf(given: Readonly<Record<string, Setting>>): RedisSettings {
  const { own, database } = divide(SETTINGS, given, refusedSetting);
  return {
    reads: own['reads'] as RedisSettings['reads'],
    ack: own['ack'] as RedisSettings['ack'],
    ackMs: own['ack-ms'] as number,
    minReplicas: own['min-replicas'] as number,
    aof: own['aof'] as RedisSettings['aof'],
    leaseMs: own['lease-ms'] as number,
    server: database,
  };
}

/** Why these cannot be had together, or null. */
export function conflictOf({ ack, aof }: RedisSettings): string | null {
  return ack === 'waitaof' && aof === 'none'
    ? 'WAITAOF waits for an append-only file, and aof=none keeps none'
    : null;
}
