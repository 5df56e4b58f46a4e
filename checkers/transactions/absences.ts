// Reads that found nothing: was the key untouched still, or does something nobody can name hide behind it?
import { FAIL } from '../../harness/history/history.ts';
import { REGISTER, type KeyKinds } from './kinds.ts';
import { MISS, READ, WRITE, type Transactions } from './micro.ts';
import { fits } from './predicates.ts';
import { sameValue } from './writes.ts';

/** Does a look at a key contradict what the transaction itself knew of it: a look before, or its own write? */
export function contradicts({ kind, values }: Transactions, known: number, look: number): boolean {
  if (kind[look] !== MISS) {
    return kind[known] === MISS ? fits(values[look], values[known]) : !sameValue(values[known], values[look]);
  }
  return kind[known] !== MISS && fits(values[known], values[look]);
}

/**
 * A read of nothing saw the initial version, or a delete; a predicate that did not return a key saw the initial
 * version, a delete, or a version that does not fit. Versions with values are told apart by them, these are not.
 */
export class Absences {
  readonly #transactions: Transactions;
  /** By key, the writes that may have happened. */
  readonly #writes = new Map<number, number[]>();

  constructor(transactions: Transactions, kinds: KeyKinds) {
    this.#transactions = transactions;
    const { kind, key, owner, status, values } = transactions;
    const asked = new Uint8Array(transactions.keys.length);
    for (let m = 0; m < kind.length; m++) if (kind[m] === MISS) asked[key[m]] = 1;
    for (let m = 0; m < kind.length; m++) {
      const k = key[m];
      if (kind[m] !== WRITE || kinds.of[k] !== REGISTER || status[owner[m]] === FAIL) continue;
      if (asked[k] === 0 && values[m] !== null) continue;
      const known = this.#writes.get(k);
      if (known === undefined) this.#writes.set(k, [m]);
      else known.push(m);
    }
  }

  /** Must the read `m` of nothing, or the MISS, have seen the initial version? If not: given that nothing is seen before it began? */
  initial(m: number): 'always' | 'in-time' | 'open' {
    const { owner, invoke, complete } = this.#transactions;
    let hidden: 'always' | 'in-time' = 'always';
    for (const write of this.hiddenFrom(m)) {
      if (invoke[owner[write]] < complete[owner[m]]) return 'open';
      hidden = 'in-time';
    }
    return hidden;
  }

  /** May the MISS `m` have seen another version than the read `known` of the same key? */
  isOther(m: number, known: number): boolean {
    const { values } = this.#transactions;
    for (const write of this.hiddenFrom(m)) if (!sameValue(values[write], values[known])) return true;
    return false;
  }

  /** Writes whose version the look `m` may have seen: those that it would not tell, in the order in which they were invoked. */
  *hiddenFrom(m: number): Generator<number> {
    const { kind, key, owner, values } = this.#transactions;
    for (const write of this.#writes.get(key[m]) ?? []) {
      if (owner[write] === owner[m]) continue;
      const told = kind[m] === READ ? values[write] !== null : fits(values[write], values[m]);
      if (!told) yield write;
    }
  }
}
