import { APPEND, MISS, READ, WRITE, type Transactions } from './micro.ts';
import type { Writes } from './writes.ts';

/** What a key holds. UNUSABLE: it cannot be judged, and `reasons` says why. */
export const UNKNOWN_KIND = 0;
export const LIST = 1;
export const REGISTER = 2;
export const UNUSABLE = 3;

export interface KeyKinds {
  readonly of: Uint8Array;
  /** One sentence a key that cannot be judged. */
  readonly reasons: readonly string[];
}

/** Tells lists from registers by what is done to them, and refuses keys that are both, or whose writes are not unique. */
export function keyKinds(transactions: Transactions, writes: Writes): KeyKinds {
  const { kind, key, values, keys, owner, invoke } = transactions;
  const of = new Uint8Array(keys.length);
  const reasons: string[] = [];
  const refuse = (k: number, why: string): void => {
    if (of[k] !== UNUSABLE) reasons.push(`key ${JSON.stringify(keys[k])} cannot be judged: ${why}`);
    of[k] = UNUSABLE;
  };
  const event = (m: number): string => `#${invoke[owner[m]]}`;
  const claim = (m: number, is: number, how: string): void => {
    const k = key[m];
    if (of[k] === UNKNOWN_KIND) of[k] = is;
    else if (of[k] !== is)
      refuse(k, `${event(m)} ${how}, but to others it is a ${of[k] === LIST ? 'list' : 'register'}`);
  };
  for (const [k, [a, b]] of writes.clashes)
    refuse(
      k,
      `${event(a)} and ${event(b)} both wrote ${JSON.stringify(values[a])}; the values written to a key must be unique`,
    );
  for (let m = 0; m < kind.length; m++) {
    if (kind[m] === APPEND) claim(m, LIST, 'appends to it');
    else if (kind[m] === WRITE) claim(m, REGISTER, 'writes it as a whole');
    else if (kind[m] === MISS) claim(m, REGISTER, 'looks for it by a predicate');
  }
  for (let m = 0; m < kind.length; m++) {
    if (kind[m] !== READ || values[m] === null) continue;
    const list = Array.isArray(values[m]);
    if (of[key[m]] === LIST && !list)
      refuse(key[m], `${event(m)} reads ${JSON.stringify(values[m])}, which is no list`);
    else if (of[key[m]] === UNKNOWN_KIND) of[key[m]] = list ? LIST : REGISTER;
  }
  return { of, reasons };
}
