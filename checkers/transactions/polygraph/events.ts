// A history as events that a schedule must put in order. Serializable: a transaction is one event. Snapshot isolation
// and prefix consistency: it takes its snapshot (start) and commits (end). A schedule of these events, in which
// dependencies lead forward, exists iff the model holds (Cerone & Gotsman, PODC 2016: every cycle of dependencies that
// snapshot isolation permits has two anti-dependencies next to each other, and those lead from start to end twice).
import { NONE, PROCESS, REALTIME, RW, RW_PREDICATE, WR, WW, Edges, targetOf, typeOf } from '../graph.ts';

/** `repeatable-read`: serializable, predicates aside (Adya's PL-2.99). */
export type Isolation = 'serializable' | 'repeatable-read' | 'snapshot-isolation' | 'prefix';

/** `flow`: a transaction is one event, after those that it read from or overwrote; what was missed orders only some. */
export type Ordering = Isolation | 'flow';

export const isSerial = (ordering: Ordering): boolean =>
  ordering === 'serializable' || ordering === 'repeatable-read' || ordering === 'flow';

/** Events by number, and which must come before which. Nodes past those of transactions only lead on. */
export class Events {
  readonly ordering: Ordering;
  readonly edges: Edges;
  #nodes: number;
  readonly #split: boolean;

  constructor(ordering: Ordering, nodes: number, capacity: number) {
    this.ordering = ordering;
    this.#split = !isSerial(ordering);
    this.#nodes = this.#split ? 2 * nodes : nodes;
    this.edges = new Edges(capacity);
  }

  /** Do reads by predicate count? */
  get predicates(): boolean {
    return this.ordering !== 'repeatable-read';
  }

  get nodes(): number {
    return this.#nodes;
  }

  start(node: number): number {
    return this.#split ? 2 * node : node;
  }

  end(node: number): number {
    return this.#split ? 2 * node + 1 : node;
  }

  fresh(): number {
    return this.#nodes++;
  }

  before(event: number, other: number): void {
    this.edges.add(event, other, NONE);
  }

  /** `b` sees `a`: a commits before b takes its snapshot. */
  sees(a: number, b: number): void {
    this.before(this.end(a), this.start(b));
  }

  /** The event before which `a` must have committed if `b` overwrites it: concurrent writers exclude each other, but under prefix. */
  overwriting(b: number): number {
    return this.ordering === 'prefix' ? this.end(b) : this.start(b);
  }
}

/**
 * Dependencies that were inferred, and the orders that count: PROCESS, REALTIME. `count` transactions are the first
 * nodes; what those missed of which `isOrdered` holds comes after them.
 */
export function knownEvents(
  ordering: Ordering,
  edges: Edges,
  nodes: number,
  count: number,
  orders: number,
  isOrdered: (t: number) => boolean,
): Events {
  const events = new Events(ordering, nodes, 3 * edges.length + 2 * count);
  const split = !isSerial(ordering);
  const from = edges.from.data;
  const packed = edges.packed.data;
  for (let i = 0; i < edges.length; i++) {
    const a = from[i];
    const b = targetOf(packed[i]);
    const type = typeOf(packed[i]);
    if (type === NONE) {
      events.before(events.start(a), events.start(b));
      if (split) events.before(events.end(a), events.end(b));
    } else if (type === WW) events.before(events.end(a), events.overwriting(b));
    else if (type === WR || ((type & orders) !== 0 && (type & (PROCESS | REALTIME)) !== 0)) events.sees(a, b);
    else if (isOrdered(a) && (type === RW || (type === RW_PREDICATE && events.predicates)))
      events.before(events.start(a), events.end(b));
  }
  if (split) for (let t = 0; t < count; t++) events.before(events.start(t), events.end(t));
  return events;
}
