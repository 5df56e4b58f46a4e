import type { Amounts } from './amounts.ts';
import { amountOf, type CounterCase } from './counter-case.ts';
import { eventOf, finalsEvidence, place, type Finals, type ReplicatedOperation } from './operations.ts';

/** So many different sums of indeterminate amounts are told apart; beyond, only bounds are. */
const MOST_SUMS = 20_000;

/**
 * The account after quiescence: every acknowledged add once, some of the indeterminate ones, alike on all replicas.
 * False if it could not be settled whether the indeterminate ones explain the value.
 */
export function judgeFinals(one: CounterCase, amounts: Amounts | null): boolean {
  const finals = one.finals!;
  const { reads } = finals;
  const [first] = reads;
  const { key } = first.op;
  const other = reads.find(({ op }) => op.answer !== first.op.answer);
  if (other !== undefined)
    one.findings.add(
      'divergence',
      key,
      reads.map(({ event }) => event),
      `After quiescence the replicas differ on counter ${JSON.stringify(key)}: ${reads
        .map(({ op, event }) => `${JSON.stringify(op.answer)} (${place(one.history, event)})`)
        .join(', ')}.`,
      one.settled,
      { finals: finalsEvidence(finals) },
    );
  // One account a value: replicas that agree are wrong together.
  const judged = new Set<unknown>();
  let decided = true;
  for (const { op } of reads) {
    if (judged.has(op.answer)) continue;
    judged.add(op.answer);
    const times = amounts !== null && typeof op.answer === 'number' ? amounts.in(op.answer) : null;
    if (times !== null) exactly(one, finals, op, times);
    else decided = summed(one, finals, op) && decided;
  }
  return decided;
}

function exactly(
  { adds, findings, settled, history }: CounterCase,
  finals: Finals<ReplicatedOperation>,
  read: ReplicatedOperation,
  times: readonly number[],
): void {
  const evidence = { finals: finalsEvidence(finals) };
  const at = place(history, read.completed);
  /** What makes up the value: without these it would not tell what is missing. */
  const made = adds.filter((_, i) => times[i] > 0).map(eventOf);
  times.forEach((count, i) => {
    const add = adds[i];
    const what = `The ${JSON.stringify(add.asked)} of add #${eventOf(add)} (session ${add.sessionName})`;
    if (count > 1) {
      const why = `${what} is counted ${count} times in the final value ${JSON.stringify(read.answer)} (${at}).`;
      findings.add('doubled-increment', read.key, [...made, read.completed], why, true, evidence);
    }
    if (count > 0 || add.type !== 'ok' || add.completed > finals.began) return;
    const why = `${what} was acknowledged, but is not in the final value ${JSON.stringify(read.answer)} (${at}).`;
    findings.add(
      'lost-increment',
      read.key,
      [...made, add.completed, read.completed],
      why,
      settled,
      evidence,
    );
  });
}

/** Where amounts do not tell: is the value acknowledged adds plus some of the indeterminate ones? */
function summed(
  { adds, findings, settled, history }: CounterCase,
  finals: Finals<ReplicatedOperation>,
  read: ReplicatedOperation,
): boolean {
  const possible = adds.filter((add) => add.type !== 'fail' && add.invoked < read.completed);
  const isSure = (add: ReplicatedOperation): boolean => add.type === 'ok' && add.completed < finals.began;
  const sure = possible.filter(isSure);
  const maybe = possible.filter((add) => !isSure(add)).map(amountOf);
  const total = sure.reduce((sum, add) => sum + amountOf(add), 0);
  const low = maybe.reduce((sum, a) => sum + Math.min(0, a), 0);
  const high = maybe.reduce((sum, a) => sum + Math.max(0, a), 0);
  const off = typeof read.answer === 'number' ? read.answer - total : NaN;
  const inside = off >= low && off <= high;
  const fits = inside ? isSumOf(off, maybe) : false;
  if (fits !== false) return fits === true;
  const name = inside || Number.isNaN(off) ? 'counter-out-of-bounds' : nameOf(off, sure.map(amountOf), maybe);
  // Before the replicas have settled acknowledged adds may be missing still; a value that nothing makes is wrong anyway.
  const all = possible.map(amountOf);
  const least = all.reduce((sum, a) => sum + Math.min(0, a), 0);
  const most = all.reduce((sum, a) => sum + Math.max(0, a), 0);
  const never = Number.isNaN(off) || off + total < least || off + total > most;
  const which = maybe.length === 0 ? '' : `, and ${maybe.length} indeterminate ones ${low} to ${high} more`;
  const why =
    `After quiescence counter ${JSON.stringify(read.key)} is ${JSON.stringify(read.answer)} ` +
    `(${place(history, read.completed)}), but the ${sure.length} acknowledged adds make ${total}${which}.`;
  findings.add(name, read.key, [...possible.map(eventOf), read.completed], why, settled || never, {
    finals: finalsEvidence(finals),
  });
  return true;
}

/** Which anomaly a difference that indeterminate adds cannot make must be, if only one can be. */
function nameOf(off: number, sure: readonly number[], maybe: readonly number[]): string {
  const all = [...sure, ...maybe];
  if (all.every((a) => a >= 0)) return off < 0 ? 'lost-increment' : 'doubled-increment';
  if (all.every((a) => a <= 0)) return off > 0 ? 'lost-increment' : 'doubled-increment';
  const lost = sure.some((a) => a === -off);
  const doubled = all.some((a) => a === off);
  if (lost === doubled || maybe.length > 0) return 'counter-out-of-bounds';
  return lost ? 'lost-increment' : 'doubled-increment';
}

/** Is `sum` that of some of `amounts`? Null if there are too many sums to tell. */
function isSumOf(sum: number, amounts: readonly number[]): boolean | null {
  let sums = new Set([0]);
  for (const amount of amounts) {
    const more = new Set(sums);
    for (const s of sums) more.add(s + amount);
    if (more.size > MOST_SUMS) return null;
    sums = more;
  }
  return sums.has(sum);
}
