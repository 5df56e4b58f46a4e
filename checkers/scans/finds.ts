import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { Operation } from '../sets-queues-counters/elements.ts';

/** A query of an index that was answered: which rows hold `term` in `field`. */
export interface Find {
  readonly op: Operation;
  readonly field: string;
  readonly term: Json;
  readonly entries: readonly Entry[];
}

/** A key that the index gave, and the row as the index has it; null: it tells only keys. */
export interface Entry {
  readonly key: Json;
  readonly row: Json;
}

/** Does this row belong under the term? */
export function matches(row: Json, field: string, term: Json): boolean {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) return false;
  const held = (row as { readonly [name: string]: Json })[field];
  return held !== undefined && identityOf(held) === identityOf(term);
}

export const text = (value: Json): string => JSON.stringify(value);
