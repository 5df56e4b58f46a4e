import { closure } from '../guarantees.ts';
import { FoldedFindings, witnessOf, type Details } from '../fold.ts';
import type { CheckOptions } from '../types.ts';
import { casChains, chainBetween } from './cas-chains.ts';
import { Frontier, SessionLog } from './frontier.ts';
import { INITIAL, type Registers } from './registers.ts';
import { eventOf, wordsFor } from './words.ts';

/** Which operations of the author before its later write must be visible with it. */
export type Cause = 'monotonic-writes' | 'writes-follow-reads';

/**
 * Finds reads that miss the cause of a write that their session had seen. The author did w1 (for monotonic-writes:
 * wrote it; for writes-follow-reads: read it) and later wrote w2 to another key; a session read w2 and then, from the
 * key of w1, a version that provably precedes w1: the initial value, one that compare-and-sets replaced on the way to
 * w1, or an older write of w1's own session.
 *
 * Terry et al. define both by the state of one server: one that has w2 has w1, before it. So the finding is certain
 * if one node answered both reads and no fault was injected or healed between them (its state only grew); otherwise
 * a lagging node may have had neither, which contradicts causal consistency, but these guarantees only with it.
 *
 * O(n·k), k sessions. Only reads that follow in the same session are compared, so it is not complete.
 */
export function findMissingCauses(cause: Cause, registers: Registers, options: CheckOptions): FoldedFindings {
  const { completing, completed, invoked, key, session, sees, writes } = registers;
  const assumed = closure(options.assume ?? []);
  const chains = casChains(registers);
  const findings = new FoldedFindings();
  const words = wordsFor(registers, options.initial ?? null);
  const frontier = new Frontier(registers);
  const log = new SessionLog(registers);
  const versionOf = (op: number): number => (cause === 'monotonic-writes' ? op : sees[op]);
  const precedes = (u: number, w: number): boolean =>
    u === INITIAL ||
    chains.precedes(u, w) ||
    (session[u] === session[w] && completed[u] >= 0 && completed[u] < invoked[w]);

  const missedBy = (op: number, author: number, sameNode: boolean): Missed | null => {
    const seen = frontier.before(op, author, sameNode);
    if (seen < 0 || key[seen] === key[op]) return null;
    const done = log.lastBefore(author, key[op], invoked[sees[seen]]);
    if (done < 0) return null;
    const w = versionOf(done);
    if (w === sees[op] || (done !== w && session[w] === author) || !precedes(sees[op], w)) return null;
    return { op, seen, done, w };
  };

  for (let i = 0; i < completing.length; i++) {
    const op = completing[i];
    if (op < 0) continue;
    if (sees[op] >= 0 || sees[op] === INITIAL)
      for (const author of log.sessionsOn(key[op])) {
        if (author === session[op]) continue;
        const together = missedBy(op, author, true);
        const missed = together ?? missedBy(op, author, false);
        if (missed === null) continue;
        const chain =
          sees[op] >= 0 && chains.precedes(sees[op], missed.w)
            ? chainBetween(registers, sees[op], missed.w)
            : [];
        const byWrites = cause === 'writes-follow-reads' && sees[op] >= 0 && chain.length === 0;
        const assumes = [...(together === null ? ['causal'] : []), ...(byWrites ? ['monotonic-writes'] : [])];
        const certain = assumes.every((guarantee) => assumed.has(guarantee));
        findings.add(cause, certain, words.keyOf(op), () =>
          details(cause, registers, options, missed, chain, assumes),
        );
        break;
      }
    if (sees[op] >= 0) frontier.saw(op);
    const kept = cause === 'monotonic-writes' ? writes[op] === 1 : sees[op] >= 0;
    if (kept) log.add(op);
  }
  return findings;
}

/** Read `op` misses version w, which its author wrote or read by `done` before the write that read `seen` returned. */
interface Missed {
  readonly op: number;
  readonly seen: number;
  readonly done: number;
  readonly w: number;
}

function details(
  cause: Cause,
  registers: Registers,
  options: CheckOptions,
  { op, seen, done, w }: Missed,
  chain: readonly number[],
  assumes: readonly string[],
): Details {
  const { sees, session } = registers;
  const words = wordsFor(registers, options.initial ?? null);
  const w2 = sees[seen];
  const u = sees[op];
  const older = u >= 0 && chain.length === 0 ? [u, w] : chain;
  const verb = cause === 'monotonic-writes' ? 'wrote' : 'read';
  const event = (of: number): number => eventOf(registers, of);
  return {
    witness: witnessOf(...[done, w2, seen, op, ...older].map(event)),
    explanation:
      `${words.session(done)} ${verb} ${words.version(w)} ${verb === 'wrote' ? 'to' : 'from'} ${words.key(op)} ` +
      `(${words.at(done)}) and then wrote ${words.version(w2)} to ${words.key(w2)} (${words.at(w2)}); ` +
      `${words.session(op)} read the latter (${words.at(seen)}), and then ${words.key(op)} as ${words.version(u)} ` +
      `(${words.at(op)})${u >= 0 && session[u] === session[w] ? ', which is older' : ''}.`,
    evidence: {
      read: event(op),
      saw: event(seen),
      missed: event(w),
      assumes,
    },
  };
}
