import { FoldedFindings, witnessOf, type Details } from '../fold.ts';
import { FAILED_WRITE, INITIAL, registersOf, THIN_AIR, type Registers } from '../session/registers.ts';
import { withSmallest } from '../session/smallest.ts';
import { verdictOf } from '../session/verdict.ts';
import { eventOf, wordsFor, type Words } from '../session/words.ts';
import type { CheckOptions, Checker, Verdict } from '../types.ts';
import type { History } from '../../harness/history/history.ts';
import { chainsOf } from '../lww/causality.ts';
import { conflictCycle, Conflicts } from './conflicts.ts';
import { eachPastWrite, type Causality } from './observations.ts';

/** Entries of vector clocks (writes × sessions) kept at most: 400 MB. */
export const BUDGET = 100_000_000;

/**
 * Causal consistency (CC) and causal convergence (CCv) of registers with unique values, by the bad patterns of
 * Bouajjani et al. (POPL 2017), in O(n·k) for k sessions after AWDIT (Møldrup & Pavlogiannis, PLDI 2025): co = session order and
 * reads-from, closed.
 *
 * - CC: a read of a value that nobody wrote; of the initial value though a write of the key is in its causal past
 *   (`write-co-init-read`); of a write that another one in its causal past had causally overwritten (`write-co-read`).
 * - CCv: the orders that reads force between concurrent writes (what I had seen comes before what I read) and co
 *   have a cycle (`cyclic-cf`): no one order of writes explains all sessions.
 *
 * A read of a value written later cannot be: `future-read`. An indeterminate write precedes nothing in its session,
 * and counts once it was read. Sound and complete for unique values.
 */
export const causal: Checker = {
  name: 'causal',
  title: 'Causal consistency (CC) and causal convergence (CCv)',
  anomalies: [
    'write-co-init-read',
    'write-co-read',
    'cyclic-cf',
    'thin-air-read',
    'failed-write-visible',
    'future-read',
  ],
  check: checkCausal,
};

function checkCausal(history: History, options: CheckOptions): Verdict {
  const registers = registersOf(history, options.initial);
  const { count, invoked, completed } = registers;
  const chains = chainsOf({ history, count, invoked, acknowledged: completed });
  const sessions = chains.parent.length;
  const entries = (count + sessions) * sessions;
  const budget = options.budget ?? BUDGET;
  if (entries > budget) {
    const reason = `${count} operations of ${sessions} sessions exceed the budget of ${budget} clock entries`;
    return { checker: 'causal', valid: 'unknown', findings: [], reason };
  }
  const judge = (part: Registers): FoldedFindings => judged(part, options);
  const verdict = verdictOf('causal', registers, judge(registers));
  return withSmallest(verdict, registers, (part) => judge(part).findings());
}

function judged(registers: Registers, options: CheckOptions): FoldedFindings {
  const { history, count, invoked, completed } = registers;
  const chains = chainsOf({ history, count, invoked, acknowledged: completed });
  const words = wordsFor(registers, options.initial ?? null);
  const findings = impossibleReads(registers, words);
  const conflicts = new Conflicts();
  const causality = eachPastWrite(registers, chains, (read, past, c) => {
    const u = registers.sees[read];
    if (u === INITIAL)
      findings.add('write-co-init-read', true, words.keyOf(read), () => missed(c, words, read, past));
    else if (c.before(u, past))
      findings.add('write-co-read', true, words.keyOf(read), () => missed(c, words, read, past));
    else if (!c.before(past, u)) conflicts.add(past, u, read);
  });
  const cycle = conflictCycle(causality, conflicts);
  if (cycle !== null && findings.findings().length === 0)
    findings.add('cyclic-cf', true, words.keyOf(cycle[0]), () =>
      contradiction(causality, words, cycle, conflicts),
    );
  return findings;
}

export function impossibleReads(registers: Registers, words: Words): FoldedFindings {
  const { count, sees, completed, invoked } = registers;
  const findings = new FoldedFindings();
  for (let op = 0; op < count; op++) {
    const u = sees[op];
    const isFuture = u >= 0 && invoked[u] > completed[op];
    if (u !== THIN_AIR && u !== FAILED_WRITE && !isFuture) continue;
    const name = isFuture ? 'future-read' : u === THIN_AIR ? 'thin-air-read' : 'failed-write-visible';
    const why = isFuture
      ? `before its write was invoked (#${isFuture ? invoked[u] : ''})`
      : u === THIN_AIR
        ? 'which nobody had written'
        : 'whose write had failed';
    const value = JSON.stringify(registers.history.values[completed[op]]);
    findings.add(name, true, words.keyOf(op), () => ({
      witness: witnessOf(completed[op], isFuture ? invoked[u] : -1),
      explanation: `${words.session(op)} read ${value} from ${words.key(op)} (${words.at(op)}), ${why}.`,
    }));
  }
  return findings;
}

/** `read` had write `past` in its causal past, but returned what stood before it. */
function missed({ registers, path }: Causality, words: Words, read: number, past: number): Details {
  const u = registers.sees[read];
  const event = (op: number): number => eventOf(registers, op);
  const seen = path(past, read);
  const overwrites = u === INITIAL ? [] : path(u, past);
  return {
    witness: witnessOf(...[...overwrites, ...seen, read].map(event)),
    explanation:
      `${words.session(read)} read ${words.version(u)} from ${words.key(read)} (${words.at(read)}), although ` +
      `${words.version(past)} (${words.at(past)})${u === INITIAL ? '' : ', which causally overwrote it,'} is in its causal past ` +
      `(${seen.map((op) => `#${event(op)}`).join(' → ')}).`,
    evidence: {
      read: event(read),
      missed: event(past),
      causalPath: seen.map(event),
      overwrites: overwrites.map(event),
    },
  };
}

function contradiction(
  causality: Causality,
  words: Words,
  cycle: readonly number[],
  conflicts: Conflicts,
): Details {
  const { registers, path } = causality;
  const event = (op: number): number => eventOf(registers, op);
  const reads: number[] = [];
  const steps = cycle.map((from, n) => {
    const to = cycle[(n + 1) % cycle.length];
    const direct = causality.chains.previous[to] === from || registers.sees[to] === from;
    if (direct) return `#${event(from)} happened before #${event(to)}`;
    const read = readBetween(conflicts, from, to);
    reads.push(...path(from, read), read);
    return `${words.version(from)} (#${event(from)}) was seen before ${words.version(to)} (#${event(to)}) was read (#${event(read)})`;
  });
  return {
    witness: witnessOf(...[...cycle, ...reads].map(event)),
    explanation: `No one order of the writes explains what the sessions read: ${steps.join('; ')}.`,
    evidence: { cycle: cycle.map(event) },
  };
}

function readBetween(conflicts: Conflicts, from: number, to: number): number {
  for (let i = 0; i < conflicts.length; i++) {
    const conflict = conflicts.at(i);
    if (conflict.from === from && conflict.to === to) return conflict.read;
  }
  throw new Error('a step of a conflict cycle is neither causal nor a conflict');
}
