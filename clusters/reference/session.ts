import { NOTHING_SEEN, type CausalContext } from './crdt/causal-context.ts';

/** What a session remembers between its operations. */
export class StoreSession {
  readonly #contexts = new Map<string, CausalContext>();

  /** What the session has seen of a row by its last read or write of it: what its next write replaces. */
  contextOf(key: string): CausalContext {
    return this.#contexts.get(key) ?? NOTHING_SEEN;
  }

  saw(key: string, context: CausalContext | undefined): void {
    if (context !== undefined) this.#contexts.set(key, context);
  }
}
