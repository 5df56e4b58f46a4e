import { NEMESIS } from '../../harness/history/event.ts';
import { PairTable } from './pair-table.ts';
import type { Registers } from './registers.ts';

/**
 * What each session has seen of each other one: the latest write of session s (by invocation) that session b has
 * read, from anywhere and from each node. Fed with completed reads in order of completion.
 */
export class Frontier {
  readonly #r: Registers;
  readonly #anywhere = new PairTable();
  readonly #atNode = new PairTable();
  readonly #nodes: number;
  /** Nemesis events before each event. */
  readonly #faults: Int32Array;

  constructor(registers: Registers) {
    this.#r = registers;
    const { history } = registers;
    this.#nodes = history.nodes.size;
    this.#faults = new Int32Array(history.length + 1);
    for (let i = 0; i < history.length; i++)
      this.#faults[i + 1] = this.#faults[i] + (history.process[i] === NEMESIS ? 1 : 0);
  }

  saw(read: number): void {
    const { session, sees, invoked } = this.#r;
    const [reader, writer, w] = [session[read], session[sees[read]], sees[read]];
    const newer = (known: number): boolean => known < 0 || invoked[sees[known]] < invoked[w];
    if (newer(this.#anywhere.get(reader, writer))) this.#anywhere.set(reader, writer, read);
    const slot = this.#slot(read);
    if (slot >= 0 && newer(this.#atNode.get(slot, writer))) this.#atNode.set(slot, writer, read);
  }

  /**
   * The read by which the session of `read` had seen the latest write of `writer` before `read` began, -1 if none.
   * With `sameNode` only reads that the same node answered, with no fault in between: that node's state held it.
   */
  before(read: number, writer: number, sameNode: boolean): number {
    const { session, completed, invoked } = this.#r;
    const slot = sameNode ? this.#slot(read) : session[read];
    if (slot < 0) return -1;
    const seen = (sameNode ? this.#atNode : this.#anywhere).get(slot, writer);
    if (seen < 0 || completed[seen] >= invoked[read]) return -1;
    return sameNode && this.#faults[completed[seen]] !== this.#faults[completed[read]] ? -1 : seen;
  }

  #slot(read: number): number {
    const { session, history, completed } = this.#r;
    const node = history.node[completed[read]];
    return node < 0 ? -1 : session[read] * this.#nodes + node;
  }
}

/** Operations of each session on each key, in order of completion. */
export class SessionLog {
  readonly #r: Registers;
  readonly #slots = new PairTable();
  readonly #lists: number[][] = [];
  readonly #sessionsOf = new Map<number, number[]>();

  constructor(registers: Registers) {
    this.#r = registers;
  }

  add(op: number): void {
    const { session, key } = this.#r;
    let slot = this.#slots.get(session[op], key[op]);
    if (slot < 0) {
      this.#slots.set(session[op], key[op], (slot = this.#lists.length));
      this.#lists.push([]);
      const sessions = this.#sessionsOf.get(key[op]);
      if (sessions === undefined) this.#sessionsOf.set(key[op], [session[op]]);
      else sessions.push(session[op]);
    }
    this.#lists[slot].push(op);
  }

  /** Sessions that have an entry on `key`. */
  sessionsOn(key: number): readonly number[] {
    return this.#sessionsOf.get(key) ?? [];
  }

  /** The last operation of `session` on `key` that completed before `event`, -1 if none. */
  lastBefore(session: number, key: number, event: number): number {
    const slot = this.#slots.get(session, key);
    if (slot < 0) return -1;
    const list = this.#lists[slot];
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#r.completed[list[middle]] < event) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? -1 : list[low - 1];
  }
}
