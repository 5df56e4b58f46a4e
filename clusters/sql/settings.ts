import type { SettingDefinition } from '../types.ts';
import { READS } from './routing.ts';

/** What every cluster with one primary can be told about its clients and its operator. */
export const LEADING: readonly SettingDefinition[] = [
  {
    name: 'reads',
    title:
      'Who answers reads: the primary, any node in turn, one node for each session, or the primary for a while after a write',
    values: READS,
    type: 'string',
    default: 'primary',
  },
  {
    name: 'pin-seconds',
    title: 'With reads=after-write: for how long a session that wrote reads from the primary',
    type: 'number',
    default: 1,
  },
  {
    name: 'fencing',
    title: 'Does failover kill the old primary first? Without, it goes on serving who reaches it',
    values: [true, false],
    type: 'boolean',
    default: true,
  },
];
