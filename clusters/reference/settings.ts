import type { Setting, SettingDefinition } from '../types.ts';
import { BUGS, type BugName } from './bugs.ts';
import type { Granularity } from './replica/lww.ts';
import type { Acknowledgement } from './replica/types.ts';
import type { Reads } from './routing.ts';
import type { Strategy } from './server/config.ts';

/** The store's options under a configuration and the user's `--set`. */
export interface StoreSettings {
  readonly strategy: Strategy['strategy'];
  readonly ack: Acknowledgement;
  readonly reads: Reads;
  readonly fencing: boolean;
  readonly lww: Granularity;
  /** A defect to have on purpose. */
  readonly bug: BugName | 'none';
}

export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'strategy',
    title: 'How replicas stay alike',
    type: 'string',
    values: ['single-leader', 'multi-leader'],
    default: 'single-leader',
  },
  {
    name: 'ack',
    title: 'Single leader: whose disks must have a write before it is acknowledged, besides the leader’s own',
    type: 'string',
    values: ['async', 'semi-sync', 'sync'],
    default: 'async',
  },
  {
    name: 'reads',
    title: 'Which replica answers reads (multi-leader: any, or else the session’s home leader)',
    type: 'string',
    values: ['primary', 'any', 'sticky'],
    default: 'any',
  },
  {
    name: 'fencing',
    title: 'Single leader: a deposed leader stops (false: it goes on for whoever still asks it)',
    type: 'boolean',
    default: true,
  },
  {
    name: 'lww',
    title: 'Multi-leader: what the last writer wins, whole rows or single fields',
    type: 'string',
    values: ['row', 'field'],
    default: 'row',
  },
  {
    name: 'bug',
    title: 'A defect to have on purpose, as a proof that it is caught',
    type: 'string',
    values: ['none', ...BUGS.keys()],
    default: 'none',
  },
];

/** Fills in defaults. The values were checked against {@link SETTINGS} before. */
export function storeSettings(settings: Readonly<Record<string, Setting>>): StoreSettings {
  const complete = Object.fromEntries(SETTINGS.map((s) => [s.name, settings[s.name] ?? s.default]));
  return complete as unknown as StoreSettings;
}

export function strategyOf(settings: StoreSettings, firstLeader: string): Strategy {
  const { bug } = settings;
  return settings.strategy === 'single-leader'
    ? { strategy: 'single-leader', firstLeader, ack: settings.ack, fencing: settings.fencing, bug }
    : { strategy: 'multi-leader', granularity: settings.lww, bug };
}
