import type { Json } from '../../harness/history/event.ts';
import { READ, eventOf, type Transactions } from './micro.ts';

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
    return plain(this.#transactions.keys[this.#transactions.key[m]]);
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
    if (this.#transactions.kind[m] === READ) return `${this.event(m)} read ${this.key(m)} = ${this.list(m)}`;
    return `${this.event(m)} ${this.wrote(m)}`;
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
      parts.push(`${['r', 'append', 'w'][kind[m]]} ${plain(keys[key[m]])} ${shown(values[m])}`);
    return parts.join(', ');
  }

  /** One transaction, for drawing. Long lists are cut. */
  transaction(t: number): Json {
    const { first, kind, history } = this.#transactions;
    const names = ['r', 'append', 'w'];
    const micro: Json[] = [];
    for (let m = first[t]; m < first[t + 1]; m++)
      micro.push([
        names[kind[m]],
        this.#transactions.keys[this.#transactions.key[m]],
        cut(this.#transactions.values[m]),
      ]);
    const event = eventOf(this.#transactions, t);
    return { event, process: history.process[event], value: micro };
  }
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
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
