import { PairTable } from './pair-table.ts';

/** More pairs of session and key than this are numbered as they come. */
const DENSE = 1 << 22;

/** Small numbers for pairs of session and key, so that columns can be kept for them. */
export class SessionKeys {
  readonly #keys: number;
  readonly #sparse: PairTable | null;
  #next = 0;
  /** Columns must be this long. */
  readonly capacity: number;

  constructor(sessions: number, keys: number, operations: number) {
    this.#keys = keys;
    this.#sparse = sessions * keys > DENSE ? new PairTable() : null;
    this.capacity = this.#sparse ? operations : sessions * keys;
  }

  slot(session: number, key: number): number {
    if (this.#sparse === null) return session * this.#keys + key;
    const known = this.#sparse.add(session, key, this.#next);
    return known >= 0 ? known : this.#next++;
  }
}

/** The first read of each version by each session; most versions are read by one session only. */
export class FirstReads {
  readonly #session: Int32Array;
  readonly #one: Int32Array;
  readonly #more = new PairTable();

  /** `session` of each operation. */
  constructor(session: Int32Array) {
    this.#session = session;
    this.#one = new Int32Array(session.length).fill(-1);
  }

  /** The operation by which a session first read a version, -1 if it never did. */
  get(session: number, version: number): number {
    const read = this.#one[version];
    if (read < 0 || this.#session[read] === session) return read;
    return this.#more.get(session, version);
  }

  add(read: number, version: number): void {
    const first = this.#one[version];
    if (first < 0) this.#one[version] = read;
    else if (this.#session[first] !== this.#session[read]) this.#more.add(this.#session[read], version, read);
  }
}
