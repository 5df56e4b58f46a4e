import type { Json } from '../../harness/history/event.ts';
import { MISS, READ, eventOf, isWriting, type Transactions } from './micro.ts';
import type { Predicate } from './predicates.ts';

/** Kinds of micro-operations, by number. */
const NAMES = ['r', 'append', 'w', 'no'] as const;

/** Lists longer than this are shown by their last elements. */
const SHOWN = 8;

/** Micro-operations and transactions as people read them. Transactions are called by their events: `#41`. */
export class Words {
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  /** The event of the transaction of micro-operation `m`. */
  index(m: number): number {
    return eventOf(this.#transactions, this.#transactions.owner[m]);
  }

  event(m: number): string {
    return `#${this.index(m)}`;
  }

  key(m: number): string {
    return this.keyOf(this.#transactions.key[m]);
  }

  /** A key by its number. */
  keyOf(number: number): string {
    return plain(this.#transactions.keys[number]);
  }

  value(m: number): string {
    return plain(this.#transactions.values[m]);
  }

  /** What a read returned. */
  list(m: number): string {
    return shown(this.#transactions.values[m]);
  }

  /** `#41 read x = [1 2]`, `#41 appended 3 to x`, `#41 wrote 3 to x`. */
  did(m: number): string {
    if (!isWriting(this.#transactions.kind[m])) return `${this.event(m)} ${this.saw(m)}`;
    return `${this.event(m)} ${this.wrote(m)}`;
  }

  /** `read x = [1 2]`, `looked for values that are 1 modulo 3 and found none under x`. */
  saw(m: number): string {
    const { kind, values } = this.#transactions;
    if (kind[m] === READ) return `read ${this.key(m)} = ${this.list(m)}`;
    return `looked for ${sought(values[m])} and found none under ${this.key(m)}`;
  }

  /** `had read x = [1 2]`, `had appended 3 to x`. */
  past(m: number): string {
    return `had ${isWriting(this.#transactions.kind[m]) ? this.wrote(m) : this.saw(m)}`;
  }

  wrote(m: number): string {
    const { kind } = this.#transactions;
    return kind[m] === 1
      ? `appended ${this.value(m)} to ${this.key(m)}`
      : `wrote ${this.value(m)} to ${this.key(m)}`;
  }

  /** The transactions of micro-operations, for drawing: event, process and value. */
  transactions(micro: readonly number[]): Json {
    return [...new Set(micro.map((m) => this.#transactions.owner[m]))].map((t) => this.transaction(t));
  }

  /** What a transaction did, in a line: `append x 1, r y [2 3]`. */
  line(t: number): string {
    const { first, kind, keys, key, values } = this.#transactions;
    const parts: string[] = [];
    for (let m = first[t]; m < first[t + 1]; m++)
      parts.push(
        `${NAMES[kind[m]]} ${plain(keys[key[m]])} ${kind[m] === MISS ? '' : shown(values[m])}`.trim(),
      );
    return parts.join(', ');
  }

  /** One transaction, for drawing. Long lists are cut. */
  transaction(t: number): Json {
    const { first, kind, history } = this.#transactions;
    const micro: Json[] = [];
    for (let m = first[t]; m < first[t + 1]; m++)
      micro.push([
        NAMES[kind[m]],
        this.#transactions.keys[this.#transactions.key[m]],
        kind[m] === MISS ? null : cut(this.#transactions.values[m]),
      ]);
    const event = eventOf(this.#transactions, t);
    return { event, process: history.process[event], value: micro };
  }
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a predicate looks for. */
function sought(predicate: Json): string {
  const { mod, is } = predicate as unknown as Predicate;
  return mod === undefined ? 'values' : `values that are ${is} modulo ${mod}`;
}

function shown(value: Json): string {
  if (value === null) return 'nothing';
  if (!Array.isArray(value)) return plain(value);
  const list = value as readonly Json[];
  const tail = list.slice(-SHOWN).map(plain).join(' ');
  return list.length > SHOWN ? `[… ${tail}]` : `[${tail}]`;
}

function cut(value: Json): Json {
  if (!Array.isArray(value) || value.length <= SHOWN) return value;
  return ['…', ...(value as readonly Json[]).slice(-SHOWN)];
}
