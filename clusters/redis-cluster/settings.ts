import { divide } from '../kit/settings.ts';
import { refusedSetting } from '../redis/config.ts';
import { WRITES, type RedisSettings } from '../redis/settings.ts';
import type { Setting, SettingDefinition } from '../types.ts';

export const SETTINGS: readonly SettingDefinition[] = [
  ...WRITES,
  {
    name: 'full-coverage',
    title: 'cluster-require-full-coverage: does every primary stop while some slot has none?',
    values: [true, false],
    type: 'boolean',
    default: true,
  },
];

export interface ClusterSettings extends Pick<RedisSettings, 'ack' | 'ackMs' | 'aof' | 'server'> {
  readonly fullCoverage: boolean;
}

/** @throws Error in one sentence when the servers must not be given a setting. */
export function settingsOf(given: Readonly<Record<string, Setting>>): ClusterSettings {
  const { own, database } = divide(SETTINGS, given, refusedSetting);
  return {
    ack: own['ack'] as ClusterSettings['ack'],
    ackMs: own['ack-ms'] as number,
    aof: own['aof'] as ClusterSettings['aof'],
    fullCoverage: own['full-coverage'] as boolean,
    server: database,
  };
}

/** Why these cannot be had together, on so many nodes, or null. */
export function conflictOf({ ack, aof }: ClusterSettings, nodes: number): string | null {
  if (nodes < 6 || nodes % 2 === 1)
    return `a cluster has three primaries or more and a replica of each: use an even number of nodes from 6, not ${nodes}`;
  return ack === 'waitaof' && aof === 'none'
    ? 'WAITAOF waits for an append-only file, and aof=none keeps none'
    : null;
}
