import { divide } from '../kit/settings.ts';
import type { Setting, SettingDefinition } from '../types.ts';
import { refusedSetting } from './config-file.ts';

/** `linearizable` reads are confirmed by a majority; `serializable` ones are answered by the member that is asked. */
export const READS = ['linearizable', 'serializable'] as const;
/** How the set is kept: a key an element, or a list in one key under a lock, with and without fencing. */
export const SETS = ['keys', 'locked', 'locked-fenced'] as const;

export const SETTINGS: readonly SettingDefinition[] = [
  {
    name: 'reads',
    title: 'Reads confirmed by a majority, or answered by any member from what it has',
    values: READS,
    type: 'string',
    default: 'linearizable',
  },
  {
    name: 'set',
    title: 'The set as a key for each element, or as a list in one key under a lock, perhaps fenced',
    values: SETS,
    type: 'string',
    default: 'keys',
  },
  {
    name: 'fencing',
    title: 'Does an acquired lock come with its fencing token, the revision at which it was taken?',
    values: [true, false],
    type: 'boolean',
    default: true,
  },
  {
    name: 'lease-seconds',
    title: 'How long a lock outlives the last word of its holder',
    type: 'number',
    default: 2,
  },
  {
    name: 'work-ms',
    title: 'How long whoever changes the list under a lock works between reading and writing it',
    type: 'number',
    default: 50,
  },
  {
    name: 'fsync',
    title: 'Does a member wait for its disk before it acknowledges? (false: --unsafe-no-fsync)',
    values: [true, false],
    type: 'boolean',
    default: true,
  },
];

export interface EtcdSettings {
  readonly reads: (typeof READS)[number];
  readonly set: (typeof SETS)[number];
  readonly fencing: boolean;
  readonly leaseSeconds: number;
  readonly workMs: number;
  readonly fsync: boolean;
  /** For the members themselves. */
  readonly flags: Readonly<Record<string, Setting>>;
}

/** @throws Error in one sentence when the members must not be given a flag. */
export function settingsOf(given: Readonly<Record<string, Setting>>): EtcdSettings {
  const { own, database } = divide(SETTINGS, given, refusedSetting);
  return {
    reads: own['reads'] as EtcdSettings['reads'],
    set: own['set'] as EtcdSettings['set'],
    fencing: own['fencing'] as boolean,
    leaseSeconds: own['lease-seconds'] as number,
    workMs: own['work-ms'] as number,
    fsync: own['fsync'] as boolean,
    flags: database,
  };
}
