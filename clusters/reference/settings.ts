import type { Setting, SettingDefinition } from '../types.ts';
import { BUGS, type BugName } from './bugs.ts';
import type { Granularity } from './replica/lww.ts';
import type { Confirmation } from './replica/raft/reading.ts';
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
  readonly confirm: Confirmation;
  readonly snapshotEvery: number;
  /** A defect to have on purpose. */
  readonly bug: BugName | 'none';
}

export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'strategy',
    title: 'How replicas stay alike',
    type: 'string',
    values: ['single-leader', 'multi-leader', 'raft'],
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
    name: 'confirm',
    title: 'Raft: how whoever answers a read makes sure that it is not behind',
    type: 'string',
    values: ['read-index', 'lease', 'none'],
    default: 'read-index',
  },
  {
    name: 'snapshotEvery',
    title: 'Raft: entries between two snapshots of the log, at least',
    type: 'number',
    default: 1000,
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
  const { strategy, bug, ack, fencing, lww, confirm, snapshotEvery } = settings;
  switch (strategy) {
    case 'single-leader':
      return { strategy, firstLeader, ack, fencing, bug };
    case 'multi-leader':
      return { strategy, granularity: lww, bug };
    case 'raft':
      return { strategy, confirm, snapshotEvery, bug };
  }
}
