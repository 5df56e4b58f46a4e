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

export interface ClusterSettings extends Pick<RedisSettings, 'ack' | 'ackMs' | 'aof'> {
  readonly fullCoverage: boolean;
}

export function settingsOf(given: Readonly<Record<string, Setting>>): ClusterSettings {
  const value = Object.fromEntries(SETTINGS.map((each) => [each.name, given[each.name] ?? each.default]));
  return {
    ack: value['ack'] as ClusterSettings['ack'],
    ackMs: value['ack-ms'] as number,
    aof: value['aof'] as ClusterSettings['aof'],
    fullCoverage: value['full-coverage'] as boolean,
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
