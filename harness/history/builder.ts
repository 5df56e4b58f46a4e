import { Dictionary } from './dictionary.ts';
import { NEMESIS, type EventInput, type Json, type OperationError } from './event.ts';
import { INVOKE, MalformedHistory, TYPES, type History } from './history.ts';

/** Collects events into columns, pairing completions with invocations as they come. */
export class HistoryBuilder {
  #capacity = 1024;
  #length = 0;
  #time = new Float64Array(this.#capacity);
  #process = new Int32Array(this.#capacity);
  #type = new Uint8Array(this.#capacity);
  #f = new Int32Array(this.#capacity);
  #key = new Int32Array(this.#capacity);
  #node = new Int32Array(this.#capacity);
  #pair = new Int32Array(this.#capacity);
  readonly #values: Json[] = [];
  readonly #functions = new Dictionary<string>();
  readonly #keys = new Dictionary<Json>();
  readonly #nodes = new Dictionary<string>();
  readonly #sessions = new Map<number, string | number>();
  readonly #errors = new Map<number, OperationError>();
  readonly #open = new Map<number, number>();

  get length(): number {
    return this.#length;
  }

  /**
   * Adds an event and returns its index.
   * @throws MalformedHistory when a completion has no invocation, or a process invokes twice.
   */
  add(event: EventInput): number {
    const i = this.#length;
    if (i === this.#capacity) this.#grow();
    const type = TYPES.indexOf(event.type);
    this.#pair[i] = event.process === NEMESIS ? -1 : this.#pairOf(i, event, type);
    this.#time[i] = event.time;
    this.#process[i] = event.process;
    this.#type[i] = type;
    this.#f[i] = this.#functions.intern(event.f);
    this.#key[i] = event.key === undefined || event.key === null ? -1 : this.#keys.intern(event.key);
    this.#node[i] = event.node === undefined || event.node === null ? -1 : this.#nodes.intern(event.node);
    this.#values.push(event.value ?? null);
    if (event.session !== undefined && event.session !== null) this.#sessions.set(i, event.session);
    if (event.error) this.#errors.set(i, event.error);
    this.#length++;
    return i;
  }

  #pairOf(i: number, event: EventInput, type: number): number {
    const open = this.#open.get(event.process);
    if (type === INVOKE) {
      if (open !== undefined)
        throw new MalformedHistory(
          i,
          `process ${event.process} invokes while its operation at index ${open} is open`,
        );
      this.#open.set(event.process, i);
      return -1;
    }
    if (open === undefined)
      throw new MalformedHistory(
        i,
        `process ${event.process} completes (${event.type}) an operation it never invoked`,
      );
    this.#open.delete(event.process);
    this.#pair[open] = i;
    return open;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#time = extended(this.#time, new Float64Array(this.#capacity));
    this.#process = extended(this.#process, new Int32Array(this.#capacity));
    this.#type = extended(this.#type, new Uint8Array(this.#capacity));
    this.#f = extended(this.#f, new Int32Array(this.#capacity));
    this.#key = extended(this.#key, new Int32Array(this.#capacity));
    this.#node = extended(this.#node, new Int32Array(this.#capacity));
    this.#pair = extended(this.#pair, new Int32Array(this.#capacity));
  }

  /** The history so far. The builder may go on: later events do not show in a history already taken. */
  build(): History {
    const n = this.#length;
    return {
      length: n,
      time: this.#time.slice(0, n),
      process: this.#process.slice(0, n),
      type: this.#type.slice(0, n),
      f: this.#f.slice(0, n),
      key: this.#key.slice(0, n),
      node: this.#node.slice(0, n),
      pair: this.#pair.slice(0, n),
      values: this.#values.slice(0, n),
      functions: this.#functions,
      keys: this.#keys,
      nodes: this.#nodes,
      sessions: new Map(this.#sessions),
      errors: new Map(this.#errors),
    };
  }
}

function extended<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** A history of the given events: for tests and importers. */
export function historyOf(events: Iterable<EventInput>): History {
  const builder = new HistoryBuilder();
  for (const event of events) builder.add(event);
  return builder.build();
}
