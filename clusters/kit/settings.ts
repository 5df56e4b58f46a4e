import type { Setting, SettingDefinition } from '../types.ts';

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
