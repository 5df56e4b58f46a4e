import type { Setting, SettingDefinition } from '../types.ts';
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

export interface Divided {
  /** Alibi's own, each with its default where it is not given. */
  readonly own: Readonly<Record<string, Setting>>;
  /** The others: for the database's configuration file. */
  readonly database: Readonly<Record<string, Setting>>;
}

/**
 * Tells Alibi's own settings from those of the database.
 * @throws Error in one sentence when the database must not be given one: `refused` says why, or null.
 */
export function divide(
  definitions: readonly SettingDefinition[],
  given: Readonly<Record<string, Setting>>,
  refused: (name: string) => string | null,
): Divided {
  const own = Object.fromEntries(definitions.map(({ name, default: value }) => [name, given[name] ?? value]));
  const database = Object.entries(given).filter(([name]) => !(name in own));
  for (const [name] of database) {
    const why = refused(name);
    if (why !== null) throw new Error(`--set ${name}: ${why}.`);
  }
  return { own, database: Object.fromEntries(database) };
}
