import type { Json } from '../../harness/history/event.ts';
import { NOTHING_SEEN, type CausalContext } from './crdt/causal-context.ts';
import type { Position } from './replica/positions.ts';

/** What a session remembers between its operations, over all its connections. */
export class StoreSession {
  /** Rows that it has written, or tried to. */
  readonly written = new Set<Json>();
  /** When its last write was acknowledged, ns. */
  writtenAt = -Infinity;
  /** How far it has seen the log of a single leader. */
  position: Position | undefined;
  /** By log, the offset of the next message that it polls. */
  readonly offsets = new Map<string, number>();
  readonly #contexts = new Map<string, CausalContext>();

  /** What the session has seen of a row by its last read or write of it: what its next write replaces. */
  contextOf(key: string): CausalContext {
    return this.#contexts.get(key) ?? NOTHING_SEEN;
  }

  saw(key: string, context: CausalContext | undefined): void {
    if (context !== undefined) this.#contexts.set(key, context);
  }
}
