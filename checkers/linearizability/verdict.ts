import type { Finding } from '../types.ts';

/** What was found of all objects of a history. `undecided` are keys (0 null, else history key id + 1) beyond budget. */
export interface ObjectsVerdict {
  readonly findings: readonly Finding[];
  readonly keys: number;
  readonly violated: number;
  readonly undecided: readonly number[];
  /** Keys that no polynomial algorithm could judge, and the configurations that the search explored for them. */
  readonly searched: number;
  readonly configurations: number;
}
