import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import { inOrder, membersOf, type ReplicatedOperation } from './operations.ts';

/** What a write carried: the writes in its session's last acknowledged read or write of the key, and that operation. */
export interface Context {
  readonly by: ReplicatedOperation;
  readonly writes: readonly ReplicatedOperation[];
}

/** The writes of a multi-value register and what each had in its context. */
export class Versions {
  readonly #writes = new Map<unknown, ReplicatedOperation>();
  readonly #contexts = new Map<ReplicatedOperation, Context>();
  /** Values written more than once: nothing can be argued from them. */
  readonly #repeated = new Set<unknown>();

  get ambiguous(): number {
    return this.#repeated.size;
  }

  written(write: ReplicatedOperation): void {
    const identity = identityOf(write.asked);
    if (this.#writes.has(identity)) this.#repeated.add(identity);
    else this.#writes.set(identity, write);
  }

  carried(write: ReplicatedOperation, context: Context): void {
    this.#contexts.set(write, context);
  }

  /** The operation that a write had its context from, undefined if it was blind. */
  sourceOf(write: ReplicatedOperation): ReplicatedOperation | undefined {
    return this.#contexts.get(write)?.by;
  }

  writeOf(value: Json): ReplicatedOperation | undefined {
    return this.#writes.get(identityOf(value));
  }

  /** The writes whose values a read shows, as far as one is known. */
  writesOf(answer: Json): ReplicatedOperation[] {
    const found = new Set<ReplicatedOperation>();
    for (const value of membersOf(answer)) {
      const write = this.writeOf(value);
      if (write !== undefined && !this.#repeated.has(identityOf(value))) found.add(write);
    }
    return [...found];
  }

  /** Writes from `older` to `newer`, each in the context of the next; null if `newer` did not replace `older`. */
  path(older: ReplicatedOperation, newer: ReplicatedOperation): ReplicatedOperation[] | null {
    const next = this.#walk([newer], older.invoked, (write) => write === older);
    if (!next.has(older)) return null;
    const path = [older];
    for (let at = next.get(older); at; at = next.get(at)) path.push(at);
    return path;
  }

  /** Those of `writes` that are among `shown` or in the context of a write that led to one of them. */
  covered(
    shown: readonly ReplicatedOperation[],
    writes: readonly ReplicatedOperation[],
  ): ReadonlySet<ReplicatedOperation> {
    const earliest = writes.reduce((least, write) => Math.min(least, write.invoked), Infinity);
    return new Set(this.#walk(shown, earliest, () => false).keys());
  }

  /**
   * All writes that led to `from`, none invoked before event `earliest` (a context never holds later writes), with the
   * one in whose context each was first met (null for `from` itself); stops where `stop` says so.
   */
  #walk(
    from: readonly ReplicatedOperation[],
    earliest: number,
    stop: (write: ReplicatedOperation) => boolean,
  ): Map<ReplicatedOperation, ReplicatedOperation | null> {
    const met = new Map<ReplicatedOperation, ReplicatedOperation | null>(from.map((write) => [write, null]));
    const queue = [...from];
    for (let head = 0; head < queue.length; head++)
      for (const cause of this.#contexts.get(queue[head])?.writes ?? []) {
        if (cause.invoked < earliest || met.has(cause)) continue;
        met.set(cause, queue[head]);
        if (stop(cause)) return met;
        queue.push(cause);
      }
    return met;
  }
}

/** What each write of a register had in its context: its session's last acknowledged read or write of it. */
export function contextsOf(ops: readonly ReplicatedOperation[]): Versions {
  const versions = new Versions();
  for (const op of ops) if (op.f === 'write') versions.written(op);
  const last = new Map<number, Context>();
  for (const { op, begins } of inOrder(ops)) {
    const context = last.get(op.session);
    if (!begins && op.type === 'ok')
      last.set(op.session, { by: op, writes: op.f === 'write' ? [op] : versions.writesOf(op.answer) });
    else if (begins && op.f === 'write' && context !== undefined) versions.carried(op, context);
  }
  return versions;
}
