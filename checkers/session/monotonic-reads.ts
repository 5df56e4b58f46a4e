import { FoldedFindings, witnessOf, type Details } from '../fold.ts';
import type { CheckOptions, Checker } from '../types.ts';
import { closure } from '../guarantees.ts';
import { casChains, chainBetween } from './cas-chains.ts';
import { INITIAL, registersOf, type Registers } from './registers.ts';
import { FirstReads, SessionKeys } from './session-keys.ts';
import { verdictOf } from './verdict.ts';
import { eventOf, wordsFor } from './words.ts';

/**
 * Monotonic reads (Terry et al., PDIS 1994): a session never reads an older version after a newer one.
 *
 * A read of u after the session had read t goes backward only if u provably precedes t:
 * - u is the initial value, or compare-and-sets lead from u to t: always;
 * - the session had read u before it read t (u, t, u cannot be monotonic in any order of the two): always;
 * - the session had itself written u, and then t: its own writes stand in its own order (see read-your-writes);
 * - u's write was acknowledged before t's began: where monotonic-writes (both by one session) or later-write-wins is
 *   promised, else merely possible.
 *
 * A read that certainly went backward is not taken as the session's new view: its next read is held against t again.
 * O(n) expected.
 */
export const monotonicReads: Checker = {
  name: 'monotonic-reads',
  title: 'Monotonic reads',
  anomalies: ['monotonic-reads'],
  check: (history, options) => {
    const registers = registersOf(history, options.initial);
    return verdictOf('monotonic-reads', registers, findBackwardReads(registers, options));
  },
};

type Proof =
  'initial' | 'compare-and-set' | 'read-before' | 'own-order' | 'monotonic-writes' | 'later-write-wins';

/** Read `op` returned u, although the session had read t (by operation `newer`), and u precedes t. */
interface Backward {
  readonly op: number;
  readonly u: number;
  readonly newer: number;
  readonly proof: Proof;
  /** The session's earlier read of u, for `read-before`. */
  readonly seenBy: number;
}

export function findBackwardReads(registers: Registers, options: CheckOptions): FoldedFindings {
  const { completing, sees } = registers;
  const assumed = closure(options.assume ?? []);
  const findings = new FoldedFindings();
  const words = wordsFor(registers, options.initial ?? null);
  const views = new Views(registers);
  for (let i = 0; i < completing.length; i++) {
    const op = completing[i];
    if (op < 0 || (sees[op] < 0 && sees[op] !== INITIAL)) continue;
    const backward = views.backward(op);
    if (backward !== null) {
      const { proof } = backward;
      const certain = (proof !== 'monotonic-writes' && proof !== 'later-write-wins') || assumed.has(proof);
      findings.add('monotonic-reads', certain, words.keyOf(op), () => details(registers, options, backward));
      if (certain) continue;
    }
    if (sees[op] >= 0) views.accept(op);
  }
  return findings;
}

/** What each session has read of each key so far: reads by (session, key), and the first of each version. */
class Views {
  readonly #r: Registers;
  readonly #precedes: (u: number, t: number) => boolean;
  readonly #slots: SessionKeys;
  readonly #last: Int32Array;
  /** The read of the session's own latest write among those it has read back. */
  readonly #ownLatest: Int32Array;
  /** The read of the version whose write began last. */
  readonly #youngest: Int32Array;
  readonly #first: FirstReads;

  constructor(registers: Registers) {
    this.#r = registers;
    const chains = casChains(registers);
    this.#precedes = (u, t) => chains.precedes(u, t);
    this.#slots = new SessionKeys(registers.sessions, registers.keys, registers.count);
    const column = (): Int32Array => new Int32Array(this.#slots.capacity).fill(-1);
    this.#last = column();
    this.#ownLatest = column();
    this.#youngest = column();
    this.#first = new FirstReads(registers.session);
  }

  backward(op: number): Backward | null {
    const { session, key, sees, invoked, completed } = this.#r;
    const s = session[op];
    const u = sees[op];
    const slot = this.#slots.slot(s, key[op]);
    const last = this.#last[slot];
    if (last < 0) return null;
    if (this.#counts(last, op)) {
      if (u === INITIAL) return { op, u, newer: last, proof: 'initial', seenBy: -1 };
      if (this.#precedes(u, sees[last])) return { op, u, newer: last, proof: 'compare-and-set', seenBy: -1 };
      const seenBy = this.#first.get(s, u);
      if (seenBy >= 0 && completed[seenBy] < invoked[last])
        return { op, u, newer: last, proof: 'read-before', seenBy };
    }
    if (u === INITIAL || completed[u] < 0) return null;
    if (session[u] === s) {
      const own = this.#ownLatest[slot];
      if (own >= 0 && this.#counts(own, op) && completed[u] < invoked[sees[own]])
        return { op, u, newer: own, proof: 'own-order', seenBy: -1 };
    }
    const youngest = this.#youngest[slot];
    const t = sees[youngest];
    if (!this.#counts(youngest, op) || completed[u] >= invoked[t]) return null;
    const proof = session[t] === session[u] ? 'monotonic-writes' : 'later-write-wins';
    return { op, u, newer: youngest, proof, seenBy: -1 };
  }

  /** Is `read` an observation that binds `op`: completed before it began, and of another version? */
  #counts(read: number, op: number): boolean {
    const { completed, invoked, sees } = this.#r;
    return completed[read] < invoked[op] && sees[read] !== sees[op];
  }

  accept(op: number): void {
    const { session, key, sees, invoked } = this.#r;
    const u = sees[op];
    const slot = this.#slots.slot(session[op], key[op]);
    this.#last[slot] = op;
    this.#first.add(op, u);
    const youngest = this.#youngest[slot];
    if (youngest < 0 || invoked[sees[youngest]] < invoked[u]) this.#youngest[slot] = op;
    if (session[u] !== session[op]) return;
    const own = this.#ownLatest[slot];
    if (own < 0 || invoked[sees[own]] < invoked[u]) this.#ownLatest[slot] = op;
  }
}

function details(registers: Registers, options: CheckOptions, found: Backward): Details {
  const { op, u, newer, proof, seenBy } = found;
  const words = wordsFor(registers, options.initial ?? null);
  const t = registers.sees[newer];
  const why: Readonly<Record<Proof, () => string>> = {
    initial: () => '',
    'compare-and-set': () => ', which compare-and-sets had replaced on the way to that value',
    'read-before': () => `, which it had already read before (${words.at(seenBy)}): no order allows both`,
    'own-order': () =>
      `, which it had itself written (${words.at(u)}) before it wrote ${words.version(t)} (${words.at(t)})`,
    'monotonic-writes': () =>
      `, which the session that wrote ${words.version(t)} (${words.at(t)}) had written before (${words.at(u)})`,
    'later-write-wins': () =>
      `, whose write (${words.at(u)}) had completed before ${words.version(t)} was written (${words.at(t)})`,
  };
  const event = (of: number): number => eventOf(registers, of);
  const orders = proof === 'own-order' || proof === 'monotonic-writes' || proof === 'later-write-wins';
  const causes = orders ? [u, t] : proof === 'compare-and-set' ? chainBetween(registers, u, t) : [seenBy];
  return {
    witness: witnessOf(...[...causes, newer, op].map(event)),
    explanation:
      `${words.session(op)} read ${words.version(t)} from ${words.key(op)} (${words.at(newer)}), ` +
      `then ${words.version(u)} (${words.at(op)})${why[proof]()}.`,
    evidence: {
      read: event(op),
      newer: event(newer),
      returned: u === INITIAL ? null : event(u),
      assumes: proof === 'own-order' ? ['monotonic-writes'] : orders ? [proof] : [],
    },
  };
}
