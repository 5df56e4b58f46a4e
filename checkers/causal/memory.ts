import type { History } from '../../harness/history/history.ts';
import { witnessOf, type Details, type FoldedFindings } from '../fold.ts';
import { chainsOf, pathBetween, type Chains } from '../lww/causality.ts';
import { INITIAL, NOTHING, registersOf, type Registers } from '../session/registers.ts';
import { withSmallest } from '../session/smallest.ts';
import { verdictOf } from '../session/verdict.ts';
import { eventOf, wordsFor, type Words } from '../session/words.ts';
import type { Checker, CheckOptions, Verdict } from '../types.ts';
import { BUDGET, impossibleReads } from './causal.ts';
import { eachPastWrite } from './observations.ts';
import { Conflicts } from './conflicts.ts';
import { contradiction, type Contradiction } from './views.ts';

/**
 * Causal memory (Ahamad et al., Distributed Computing 1995; CM of Bouajjani et al., POPL 2017): for each session there
 * is one order of all writes and of its own reads that respects causality and explains the reads. Unlike causal
 * convergence the sessions need not agree on it; unlike CC a session cannot change its mind. Its bad patterns are a
 * cycle in the session's happens-before (`cyclic-hb`), and the initial value after a write (`write-hb-init-read`).
 */
export const causalMemory: Checker = {
  name: 'causal-memory',
  title: 'Causal memory (CM)',
  anomalies: ['cyclic-hb', 'write-hb-init-read', 'thin-air-read', 'failed-write-visible', 'future-read'],
  check: (history, options) =>
    check(history, options, 'causal-memory', (registers, chains) => ({
      sees: () => registers.sees,
      suspects: disputedSessions(registers, chains),
    })),
};

/**
 * PRAM (Lipton & Sandberg 1988), also called FIFO consistency: for each session there is one order of all writes, each
 * session's in its own, and of its own reads, that explains the reads. Reads of others carry no causes: it is read your
 * writes, monotonic reads and monotonic writes together.
 */
export const pram: Checker = {
  name: 'pram',
  title: 'Each session sees the writes of every other in their order (PRAM)',
  anomalies: ['non-pram', 'thin-air-read', 'failed-write-visible', 'future-read'],
  check: (history, options) =>
    check(history, options, 'pram', (registers) => ({
      sees: (session) => registers.sees.map((saw, op) => (registers.session[op] === session ? saw : NOTHING)),
      suspects: [...Array(registers.sessions).keys()],
    })),
};

/** Which reads are causes for a session, and which sessions could have a contradiction at all. */
interface Reading {
  readonly sees: (session: number) => Int32Array;
  readonly suspects: Iterable<number>;
}

function check(
  history: History,
  options: CheckOptions,
  checker: 'causal-memory' | 'pram',
  readingOf: (registers: Registers, chains: Chains) => Reading,
): Verdict {
  const registers = registersOf(history, options.initial);
  const { count, invoked, completed } = registers;
  const chains = chainsOf({ history, count, invoked, acknowledged: completed });
  const entries = count * chains.parent.length;
  if (entries > (options.budget ?? BUDGET)) {
    const reason = `${count} operations of ${chains.parent.length} sessions exceed the budget of clock entries`;
    return { checker, valid: 'unknown', findings: [], reason };
  }
  const judge = (part: Registers): FoldedFindings => judged(part, options, checker, readingOf);
  const verdict = verdictOf(checker, registers, judge(registers));
  return withSmallest(verdict, registers, (part) => judge(part).findings());
}

function judged(
  registers: Registers,
  options: CheckOptions,
  checker: 'causal-memory' | 'pram',
  readingOf: (registers: Registers, chains: Chains) => Reading,
): FoldedFindings {
  const { history, count, invoked, completed, session } = registers;
  const chains = chainsOf({ history, count, invoked, acknowledged: completed });
  const words = wordsFor(registers, options.initial ?? null);
  const findings = impossibleReads(registers, words);
  const { sees, suspects } = readingOf(registers, chains);
  for (const s of suspects) {
    const view = { ...registers, sees: sees(s) };
    const found = contradiction(view, chains, (op) => session[op] === s);
    if (found !== null) report(findings, checker, view, chains, words, found);
  }
  return findings;
}

/**
 * Sessions that a contradiction in causal memory is possible for: those with a read that had a write in its causal past
 * which is not before the one that it returned. All others see causality as it is. (Reads from the future are no causes
 * here; a history with one is refuted by it.)
 */
function disputedSessions(registers: Registers, chains: Chains): Set<number> {
  const disputed = new Set<number>();
  eachPastWrite(registers, chains, (read, past, causality) => {
    const u = registers.sees[read];
    if (u === INITIAL || !causality.before(past, u)) disputed.add(registers.session[read]);
  });
  return disputed;
}

function report(
  findings: FoldedFindings,
  checker: 'causal-memory' | 'pram',
  registers: Registers,
  chains: Chains,
  words: Words,
  found: Contradiction,
): void {
  const cyclic = checker === 'pram' ? 'non-pram' : 'cyclic-hb';
  const initial = checker === 'pram' ? 'non-pram' : 'write-hb-init-read';
  if (found.type === 'cycle')
    findings.add(cyclic, true, words.keyOf(found.cycle[0]), () => cycleOf(registers, chains, words, found));
  else findings.add(initial, true, words.keyOf(found.read), () => initialOf(registers, chains, words, found));
}

function cycleOf(
  registers: Registers,
  chains: Chains,
  words: Words,
  { cycle, forced }: Contradiction & { type: 'cycle' },
): Details {
  const event = (op: number): number => eventOf(registers, op);
  const involved = new Set<number>();
  const told = new Set<number>();
  const steps = cycle.map((from, n) => {
    const to = cycle[(n + 1) % cycle.length];
    if (chains.previous[to] === from || registers.sees[to] === from)
      return `#${event(from)} happened before #${event(to)}`;
    const read = explainStep(registers, chains, forced, { from, to }, involved, told);
    return `${words.version(from)} (#${event(from)}) was there before ${words.version(to)} (#${event(to)}) was read (#${event(read)})`;
  });
  return {
    witness: witnessOf(...[...cycle, ...involved].map(event)),
    explanation: `No one order of the writes explains what one session read: ${steps.join('; ')}.`,
    evidence: { cycle: cycle.map(event) },
  };
}

/** The read that forces `from` before `to`; into `involved` goes all that leads from the one to that read. */
function explainStep(
  registers: Registers,
  chains: Chains,
  forced: Conflicts,
  { from, to }: { readonly from: number; readonly to: number },
  involved: Set<number>,
  told: Set<number>,
): number {
  const edges = Array.from({ length: forced.length }, (_, i) => forced.at(i));
  const at = edges.findIndex((edge) => edge.from === from && edge.to === to);
  const { read } = edges[at];
  if (told.has(at)) return read;
  told.add(at);
  // Only orders forced earlier can have led there.
  const earlier = edges.slice(0, at);
  const path = pathBetween(from, read, (op) => [
    chains.previous[op],
    registers.sees[op],
    ...earlier.filter((edge) => edge.to === op).map((edge) => edge.from),
  ]);
  path.forEach((op, i) => {
    involved.add(op);
    const before = path[i - 1];
    if (i > 0 && chains.previous[op] !== before && registers.sees[op] !== before)
      explainStep(registers, chains, forced, { from: before, to: op }, involved, told);
  });
  return read;
}

function initialOf(
  registers: Registers,
  chains: Chains,
  words: Words,
  { read, past, forced }: Contradiction & { type: 'initial' },
): Details {
  const event = (op: number): number => eventOf(registers, op);
  const involved = new Set([past, read]);
  const whole = new Conflicts();
  for (let i = 0; i < forced.length; i++) whole.add(forced.at(i).from, forced.at(i).to, forced.at(i).read);
  whole.add(past, read, read);
  explainStep(registers, chains, whole, { from: past, to: read }, involved, new Set());
  return {
    witness: witnessOf(...[...involved].map(event)),
    explanation:
      `${words.session(read)} read ${words.version(INITIAL)} from ${words.key(read)} (${words.at(read)}), although ` +
      `${words.version(past)} (${words.at(past)}) must come before it.`,
    evidence: { read: event(read), missed: event(past) },
  };
}
