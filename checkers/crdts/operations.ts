import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { finalReads } from '../sets-queues-counters/final-reads.ts';
import { operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import { sessionNumbers } from '../session/registers.ts';
import { sessionName } from '../session/words.ts';

/** An operation on a replicated object, with the number and the name of its client session. */
export interface ReplicatedOperation extends Operation {
  readonly session: number;
  readonly sessionName: string;
}

/** The operations of each object, in order of invocation. */
export function objectsOf(history: History, ...functions: string[]): Map<Json, ReplicatedOperation[]> {
  const numberOf = sessionNumbers(history);
  const objects = new Map<Json, ReplicatedOperation[]>();
  for (const op of operationsOf(history, ...functions)) {
    const { invoked, completed, key } = op;
    const session = numberOf(invoked, completed);
    const full = { ...op, session, sessionName: sessionName(history, invoked, completed) };
    const known = objects.get(key);
    if (known === undefined) objects.set(key, [full]);
    else known.push(full);
  }
  return objects;
}

/** One half of an operation, in the order of the history. */
export interface Half<T> {
  readonly at: number;
  readonly op: T;
  readonly begins: boolean;
}

/** Invocations and completions of `ops` in the order in which they happened. */
export function inOrder<T extends Operation>(ops: readonly T[]): Half<T>[] {
  return ops
    .flatMap((op): Half<T>[] => [
      { at: op.invoked, op, begins: true },
      ...(op.completed < 0 ? [] : [{ at: op.completed, op, begins: false }]),
    ])
    .sort((a, b) => a.at - b.at);
}

/** The event that shows what an operation did: its completion, or its invocation if it never had one. */
export function eventOf(op: Operation): number {
  return op.completed >= 0 ? op.completed : op.invoked;
}

/** What the replicas show of an object at the end: the last final read of each node. */
export interface Finals<T> {
  readonly reads: readonly { readonly event: number; readonly node: string | null; readonly op: T }[];
  /** Event before which an update must have been acknowledged for all of these reads to owe it. */
  readonly began: number;
}

/** The final reads of an object among its operations; null if there are none. `phase`: see `finalPhase`. */
export function finalsOf<T extends Operation>(
  history: History,
  ops: readonly T[],
  phase: number,
): Finals<T> | null {
  const reads = new Map<number, T>();
  let lastUpdate = -1;
  for (const op of ops)
    if (op.f !== 'read') lastUpdate = Math.max(lastUpdate, op.invoked, op.completed);
    else if (op.type === 'ok') reads.set(op.completed, op);
  const completions = [...reads.keys()].sort((a, b) => a - b);
  const last = new Map<string | null, T>();
  for (const event of finalReads(history, completions, lastUpdate, phase))
    last.set(nodeAt(history, event), reads.get(event)!);
  if (last.size === 0) return null;
  return {
    reads: [...last].map(([node, op]) => ({ event: op.completed, node, op })),
    began: Math.min(...[...last.values()].map((op) => op.invoked)),
  };
}

/** Evidence of what each replica showed at the end. */
export function finalsEvidence<T extends Operation>({ reads }: Finals<T>): Json {
  return reads.map(({ event, node, op }) => ({ event, node, value: op.answer }));
}

/** The node that answered; null where that is not known. */
export function nodeAt(history: History, event: number): string | null {
  return history.node[event] < 0 ? null : history.nodes.valueOf(history.node[event]);
}

/** `#41 at n2` */
export function place(history: History, event: number): string {
  const node = nodeAt(history, event);
  return `#${event}${node === null ? '' : ` at ${node}`}`;
}

/**
 * Does a read belong to the session that made it? Final reads are sent to each node in turn by whoever is free, and
 * there no session keeps to its replica. `phase`: see `finalPhase`.
 */
export function isOfItsSession({ invoked }: Operation, phase: number): boolean {
  return phase < 0 || invoked < phase;
}

/** The members that a read of a set or of siblings shows; none if it shows something else. */
export function membersOf(answer: Json): readonly Json[] {
  return Array.isArray(answer) ? (answer as readonly Json[]) : [];
}
