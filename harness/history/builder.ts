import { Dictionary } from './dictionary.ts';
import { NEMESIS, type EventInput, type Json, type OperationError } from './event.ts';
import { INVOKE, MalformedHistory, TYPES, type History } from './history.ts';

/** Processes below this number have their open operation in an array, the rest in a map. */
const NEAR = 1 << 16;

/** Collects events into columns, pairing completions with invocations as they come. */
export class HistoryBuilder {
  #capacity = 64;
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
  readonly #lags = new Map<number, number>();
  /** Grows as processes come: most histories are small, and tests make hundreds of thousands of them. */
  #near = new Int32Array(16).fill(-1);
  readonly #far = new Map<number, number>();

  get length(): number {
    return this.#length;
  }

  /**
   * Adds an event and returns its index. A completion that names no key has its invocation's.
   * The event is not kept: a caller may use one object again and again.
   * @throws MalformedHistory when a completion has no invocation or answers another function or key, or when a
   * process invokes twice. The builder is as before, then.
   */
  add(event: EventInput): number {
    const i = this.#length;
    if (i === this.#capacity) this.#grow();
    const type = TYPES.indexOf(event.type);
    const f = this.#functions.intern(event.f);
    const key = event.key === undefined || event.key === null ? -1 : this.#keys.intern(event.key);
    this.#f[i] = f;
    this.#key[i] = key;
    this.#pair[i] = -1;
    if (event.process !== NEMESIS) this.#match(i, event, type);
    this.#time[i] = event.time;
    this.#process[i] = event.process;
    this.#type[i] = type;
    this.#node[i] = event.node === undefined || event.node === null ? -1 : this.#nodes.intern(event.node);
    this.#values.push(event.value === undefined ? null : event.value);
    if (event.session !== undefined && event.session !== null) this.#sessions.set(i, event.session);
    if (event.error) this.#errors.set(i, event.error);
    if (event.lag) this.#lags.set(i, event.lag);
    this.#length++;
    return i;
  }

  /** The index of the invocation that `process` has open, or -1. */
  openOf(process: number): number {
    if (process < this.#near.length) return this.#near[process];
    return process < NEAR ? -1 : (this.#far.get(process) ?? -1);
  }

  /** The value of an event already added. */
  valueAt(index: number): Json {
    return this.#values[index];
  }

  #match(i: number, event: EventInput, type: number): void {
    const { process } = event;
    const open = this.openOf(process);
    if (type === INVOKE) {
      if (open >= 0)
        throw new MalformedHistory(
          i,
          `process ${process} invokes while its operation at index ${open} is open`,
        );
      this.#setOpen(process, i);
      return;
    }
    if (open < 0)
      throw new MalformedHistory(
        i,
        `process ${process} completes (${event.type}) an operation that it never invoked`,
      );
    if (this.#f[i] !== this.#f[open])
      throw new MalformedHistory(
        i,
        `process ${process} completes ${event.f}, but it invoked ${this.#functions.valueOf(this.#f[open])} (index ${open})`,
      );
    if (this.#key[i] < 0) this.#key[i] = this.#key[open];
    else if (this.#key[i] !== this.#key[open])
      throw new MalformedHistory(
        i,
        `process ${process} completes an operation on another key than it invoked (index ${open})`,
      );
    this.#setOpen(process, -1);
    this.#pair[open] = i;
    this.#pair[i] = open;
  }

  #setOpen(process: number, index: number): void {
    if (process >= this.#near.length && process < NEAR) {
      const size = Math.min(NEAR, Math.max(2 * this.#near.length, process + 1));
      this.#near = extended(this.#near, new Int32Array(size).fill(-1));
    }
    if (process < NEAR) this.#near[process] = index;
    else if (index < 0) this.#far.delete(process);
    else this.#far.set(process, index);
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
      ...(this.#lags.size === 0 ? {} : { lags: new Map(this.#lags) }),
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
