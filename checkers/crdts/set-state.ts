import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import type { Findings } from '../sets-queues-counters/elements.ts';
import { eventOf, isOfItsSession, membersOf, place, type ReplicatedOperation } from './operations.ts';

/** An element of a set, with its updates that may have taken effect. */
export interface Element {
  readonly value: Json;
  readonly adds: ReplicatedOperation[];
  readonly removes: ReplicatedOperation[];
  readonly failed: ReplicatedOperation[];
  /** By which event the last of the removes invoked so far has certainly struck; Infinity if one may strike yet. */
  struck: number;
  /** By add and session, the session's last acknowledged remove that certainly saw it, and whether by reading the element. */
  readonly covered: Map<ReplicatedOperation, Map<number, Cover>>;
}

export interface Cover {
  readonly remove: ReplicatedOperation;
  /** The read by which the remove's session knew of the add; null if it made the add itself. */
  readonly read: ReplicatedOperation | null;
}

/** What a session knows of an element. */
interface Knowledge {
  readonly element: Element;
  /** Its last acknowledged add. */
  add: ReplicatedOperation | null;
  /** The first read that showed it the element. */
  read: ReplicatedOperation | null;
  /** Adds that its replica certainly had: its own (null), or read when there was no other (the read). */
  readonly seen: Map<ReplicatedOperation, ReplicatedOperation | null>;
  /** Its last acknowledged remove, and how many adds had been invoked before: all of them seen. */
  gone: { readonly remove: ReplicatedOperation; readonly adds: number; readonly byReading: boolean } | null;
}

/** A set as its history unfolds: judges each read by what its session must find in it, and must not. */
export class SetState {
  readonly elements = new Map<unknown, Element>();
  readonly #history: History;
  readonly #findings: Findings;
  readonly #assumed: ReadonlySet<string>;
  readonly #phase: number;
  readonly #sessions = new Map<number, Map<Element, Knowledge>>();
  /** What a remove's session had seen of its element when it was invoked. */
  readonly #removing = new Map<
    ReplicatedOperation,
    { readonly adds: number; readonly seen: Knowledge['seen'] }
  >();

  constructor(history: History, findings: Findings, assumed: ReadonlySet<string>, phase: number) {
    this.#history = history;
    this.#findings = findings;
    this.#assumed = assumed;
    this.#phase = phase;
  }

  invoked(op: ReplicatedOperation): void {
    if (op.f === 'read') return;
    const element = this.#element(op.asked);
    if (op.type === 'fail') {
      if (op.f === 'add') element.failed.push(op);
    } else if (op.f === 'add') element.adds.push(op);
    else {
      element.removes.push(op);
      element.struck = Math.max(element.struck, op.type === 'ok' ? op.completed : Infinity);
      const { seen } = this.#known(op.session, element);
      this.#removing.set(op, { adds: element.adds.length, seen: new Map(seen) });
    }
  }

  /** To be told of acknowledged operations only. */
  completed(op: ReplicatedOperation): void {
    if (op.f === 'read') return this.#read(op);
    const element = this.#element(op.asked);
    const known = this.#known(op.session, element);
    if (op.f === 'add') {
      known.add = op;
      known.seen.set(op, null);
      return;
    }
    const { adds, seen } = this.#removing.get(op)!;
    this.#removing.delete(op);
    for (const [add, read] of seen) {
      const covers = element.covered.get(add) ?? new Map<number, Cover>();
      element.covered.set(add, covers.set(op.session, { remove: op, read }));
    }
    const all = element.adds.slice(0, adds).every((add) => seen.has(add));
    if (all) known.gone = { remove: op, adds, byReading: [...seen.values()].some((read) => read !== null) };
  }

  #read(read: ReplicatedOperation): void {
    const { answer, session } = read;
    const shown = new Set<unknown>();
    for (const value of membersOf(answer)) {
      const identity = identityOf(value);
      const element = this.elements.get(identity);
      if (shown.has(identity)) this.#accuse('duplicate-element', read, value, [], 'more than once');
      else if (element === undefined || element.adds.length === 0) this.#impossible(read, value, element);
      else if (isOfItsSession(read, this.#phase)) this.#present(read, element);
      shown.add(identity);
    }
    if (!isOfItsSession(read, this.#phase)) return;
    for (const known of this.#sessions.get(session)?.values() ?? [])
      if (!shown.has(identityOf(known.element.value))) this.#absent(read, known);
  }

  #impossible(read: ReplicatedOperation, value: Json, element: Element | undefined): void {
    const [failed] = element?.failed ?? [];
    if (failed === undefined)
      this.#accuse('unexpected-element', read, value, [], 'although nobody had added it');
    else {
      const why = `although its add had failed (#${failed.completed})`;
      this.#accuse('failed-write-visible', read, value, [failed.completed], why);
    }
  }

  #present(read: ReplicatedOperation, element: Element): void {
    const known = this.#known(read.session, element);
    const { gone } = known;
    if (gone !== null && gone.remove.completed < read.invoked && gone.adds === element.adds.length) {
      const adds = [...known.seen].map(([add]) => eventOf(add));
      const reads = [...known.seen].flatMap(([, by]) => by?.completed ?? []);
      const why = `although it had removed it (#${gone.remove.completed}) after the only adds of it, which it knew (#${adds.join(', #')})`;
      const certain = !gone.byReading || this.#assumed.has('monotonic-reads');
      this.#accuse(
        'read-your-writes',
        read,
        element.value,
        [...adds, ...reads, gone.remove.completed],
        why,
        certain,
      );
    }
    known.read ??= read;
    if (element.adds.length !== 1) return;
    const [add] = element.adds;
    if (!known.seen.has(add)) known.seen.set(add, read);
  }

  /** The read does not show an element that its session knows: must it have? */
  #absent(read: ReplicatedOperation, { element, add, read: before }: Knowledge): void {
    if (add !== null && add.completed < read.invoked && element.struck < add.invoked) {
      const why = `although its own add was acknowledged (#${add.completed}) and nobody removed it since`;
      this.#accuse('read-your-writes', read, element.value, [add.completed], why, true, 'without');
    } else if (
      before !== null &&
      before.completed < read.invoked &&
      element.struck < element.adds[0].invoked
    ) {
      const why = `although its read #${before.completed} had shown it and nobody removed it since`;
      const witness = [eventOf(element.adds[0]), before.completed];
      this.#accuse('monotonic-reads', read, element.value, witness, why, true, 'without');
    }
  }

  #accuse(
    name: string,
    read: ReplicatedOperation,
    value: Json,
    witness: readonly number[],
    why: string,
    certain = true,
    verb: 'with' | 'without' = 'with',
  ): void {
    const sentence =
      `Session ${read.sessionName} read the set ${verb} ${JSON.stringify(value)} ` +
      `(${place(this.#history, read.completed)}), ${why}.`;
    this.#findings.add(name, read.key, [...witness, read.completed], sentence, certain, { element: value });
  }

  #element(value: Json): Element {
    const identity = identityOf(value);
    const known = this.elements.get(identity);
    if (known !== undefined) return known;
    const fresh: Element = { value, adds: [], removes: [], failed: [], struck: -1, covered: new Map() };
    this.elements.set(identity, fresh);
    return fresh;
  }

  #known(session: number, element: Element): Knowledge {
    let all = this.#sessions.get(session);
    if (all === undefined) this.#sessions.set(session, (all = new Map<Element, Knowledge>()));
    let known = all.get(element);
    if (known === undefined)
      all.set(element, (known = { element, add: null, read: null, seen: new Map(), gone: null }));
    return known;
  }
}
