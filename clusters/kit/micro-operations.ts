// Micro-operations of the port `transaction`, for databases that are given keys and values.
import type { Json } from '../../harness/history/event.ts';

/** Which of `keys` hold a value, or, with `mod`, a number that leaves `is` when divided by it. */
export interface Predicate {
  readonly keys: readonly Json[];
  readonly mod?: number;
  readonly is?: number;
}

export type MicroOperation =
  | readonly ['r' | 'w' | 'append', Json, Json]
  | readonly ['rp', Predicate & { readonly [name: string]: Json }, Json];

export function microOperations(value: Json | undefined): readonly MicroOperation[] {
  return value as unknown as readonly MicroOperation[];
}

export function onlyReads(steps: readonly MicroOperation[]): boolean {
  return steps.every(([kind]) => kind === 'r' || kind === 'rp');
}

/** What a predicate read is answered with: the keys that fit, each with its value, in the order in which they were asked for. */
export function fitting({ keys, mod, is }: Predicate, valueOf: (key: Json, place: number) => Json): Json {
  return keys
    .map((key, place) => [key, valueOf(key, place)] as const)
    .filter(
      ([, value]) =>
        value !== null && (mod === undefined || (typeof value === 'number' && value % mod === is)),
    );
}
