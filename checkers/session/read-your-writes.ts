import { FoldedFindings, witnessOf, type Details } from '../fold.ts';
import type { CheckOptions, Checker } from '../types.ts';
import { closure } from '../guarantees.ts';
import { casChains, chainBetween } from './cas-chains.ts';
import { INITIAL, registersOf, type Registers } from './registers.ts';
import { FirstReads, SessionKeys } from './session-keys.ts';
import { verdictOf } from './verdict.ts';
import { eventOf, wordsFor } from './words.ts';

/**
 * Read your writes (Terry et al., PDIS 1994): after a session's write was acknowledged, its reads return that write
 * or one ordered after it.
 *
 * Somebody else's value after my write may be a later write, so a read that returned u after the session's last
 * acknowledged write w is stale only if u provably precedes w:
 * - u is the initial value, or a chain of compare-and-sets leads from u to w: always;
 * - the session itself had written (acknowledged) or read u before it wrote w: its own operations on a key stand in
 *   its own order, which is what "its writes" means to a client (a store that would order them otherwise breaks
 *   monotonic writes or writes-follow-reads of that very session; the evidence names which);
 * - u's write was acknowledged before w began: only where later-write-wins is promised, else merely possible.
 *
 * O(n) expected. Reads of values written more than once are not judged; then the verdict is unknown.
 */
export const readYourWrites: Checker = {
  name: 'read-your-writes',
  title: 'Read your writes',
  anomalies: ['read-your-writes'],
  check: (history, options) => {
    const registers = registersOf(history, options.initial);
    return verdictOf('read-your-writes', registers, findUnseenWrites(registers, options));
  },
};

/** Why u, which a read returned, precedes the session's write w. */
type Proof = 'initial' | 'compare-and-set' | 'monotonic-writes' | 'writes-follow-reads' | 'later-write-wins';

export function findUnseenWrites(registers: Registers, options: CheckOptions): FoldedFindings {
  const { completing, completed, invoked, key, session, sees, writes, keys } = registers;
  const chains = casChains(registers);
  const assumed = closure(options.assume ?? []);
  const findings = new FoldedFindings();
  const words = wordsFor(registers, options.initial ?? null);
  const slots = new SessionKeys(registers.sessions, keys, registers.count);
  const lastWrite = new Int32Array(slots.capacity).fill(-1);
  const firstRead = new FirstReads(session);

  const proofOf = (u: number, w: number): Proof | null => {
    if (u === INITIAL) return 'initial';
    if (chains.precedes(u, w)) return 'compare-and-set';
    if (session[u] === session[w] && completed[u] >= 0 && completed[u] < invoked[w])
      return 'monotonic-writes';
    const seenBy = firstRead.get(session[w], u);
    if (seenBy >= 0 && completed[seenBy] < invoked[w]) return 'writes-follow-reads';
    return completed[u] >= 0 && completed[u] < invoked[w] ? 'later-write-wins' : null;
  };

  for (let i = 0; i < completing.length; i++) {
    const op = completing[i];
    if (op < 0) continue;
    const u = sees[op];
    if (u === INITIAL || u >= 0) {
      const w = lastWrite[slots.slot(session[op], key[op])];
      if (w >= 0 && w !== u && completed[w] < invoked[op]) {
        const proof = proofOf(u, w);
        if (proof !== null) {
          const certain = proof !== 'later-write-wins' || assumed.has(proof);
          findings.add('read-your-writes', certain, words.keyOf(op), () =>
            details(registers, options, { op, u, w, seenBy: firstRead.get(session[op], u), proof }),
          );
        }
      }
      if (u >= 0) firstRead.add(op, u);
    }
    if (writes[op] === 1) lastWrite[slots.slot(session[op], key[op])] = op;
  }
  return findings;
}

interface Unseen {
  readonly op: number;
  readonly u: number;
  readonly w: number;
  readonly seenBy: number;
  readonly proof: Proof;
}

function details(registers: Registers, options: CheckOptions, { op, u, w, seenBy, proof }: Unseen): Details {
  const words = wordsFor(registers, options.initial ?? null);
  const why: Readonly<Record<Proof, () => string>> = {
    initial: () => '',
    'compare-and-set': () => ', which compare-and-sets had replaced on the way to that write',
    'monotonic-writes': () => `, which the same session had written earlier (${words.at(u)})`,
    'writes-follow-reads': () => `, which the session had read before that write (${words.at(seenBy)})`,
    'later-write-wins': () => `, whose write (${words.at(u)}) had completed before that one began`,
  };
  const causes: Readonly<Record<Proof, () => number[]>> = {
    initial: () => [],
    'compare-and-set': () => chainBetween(registers, u, w),
    'monotonic-writes': () => [u],
    'writes-follow-reads': () => [seenBy],
    'later-write-wins': () => [u],
  };
  return {
    witness: witnessOf(...[...causes[proof](), w, op].map((of) => eventOf(registers, of))),
    explanation:
      `${words.session(op)} wrote ${words.version(w)} to ${words.key(op)} (acknowledged: ${words.at(w)}), ` +
      `then read ${words.version(u)} (${words.at(op)})${why[proof]()}.`,
    evidence: {
      read: eventOf(registers, op),
      unseen: eventOf(registers, w),
      returned: u === INITIAL ? null : eventOf(registers, u),
      assumes: proof === 'initial' || proof === 'compare-and-set' ? [] : [proof],
    },
  };
}
