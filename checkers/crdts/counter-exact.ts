import type { Amounts } from './amounts.ts';
import type { CounterCase } from './counter-case.ts';
import { eventOf, inOrder, isOfItsSession, place, type ReplicatedOperation } from './operations.ts';

/** What a session knows of a counter: by add, the event by which it must find it from now on. */
type Known = Map<number, { readonly by: number; readonly own: boolean }>;

/** Judges each read by the very adds that it contains. */
export function judgeExactly(
  { history, ops, adds, findings, finals, phase }: CounterCase,
  amounts: Amounts,
): void {
  const known = new Map<number, Known>();
  const rankOf = new Map(adds.map((add, i) => [add, i]));
  const atTheEnd = new Set(finals?.reads.map(({ op }) => op));
  const knownTo = (session: number): Known => {
    const fresh = known.get(session) ?? new Map<number, { by: number; own: boolean }>();
    known.set(session, fresh);
    return fresh;
  };

  const judge = (read: ReplicatedOperation): void => {
    const { answer, key, completed, invoked, session, sessionName } = read;
    const times = typeof answer === 'number' ? amounts.in(answer) : null;
    const what = `Read ${place(history, completed)} of session ${sessionName} returned ${JSON.stringify(answer)}`;
    if (times === null) {
      if (!atTheEnd.has(read))
        findings.add('counter-out-of-bounds', key, [completed], `${what}, which no set of the adds makes.`);
      return;
    }
    const mine = knownTo(session);
    /** What makes up the value: without these it would not tell what is missing. */
    const made = adds.filter((_, i) => times[i] > 0).map(eventOf);
    times.forEach((count, i) => {
      const add = adds[i];
      if (count === 0) return;
      if (add.invoked > completed) {
        const why = `, which contains ${JSON.stringify(add.asked)} before its add #${add.invoked} was invoked.`;
        findings.add('counter-out-of-bounds', key, [...made, completed, add.invoked], what + why);
      } else if (add.type === 'fail') {
        const why = `, which contains ${JSON.stringify(add.asked)}, whose add had failed (#${add.completed}).`;
        findings.add('failed-write-visible', key, [...made, completed], what + why);
      } else if (count > 1 && !atTheEnd.has(read)) {
        const why = `, which contains the ${JSON.stringify(add.asked)} of add #${add.invoked} ${count} times.`;
        findings.add('doubled-increment', key, [...made, completed], what + why);
      }
    });
    if (!isOfItsSession(read, phase)) return;
    for (const [i, { by, own }] of mine) {
      if (times[i] > 0 || by >= invoked) continue;
      const why = own
        ? `, without the ${JSON.stringify(adds[i].asked)} that was acknowledged to it (#${by}).`
        : `, without the ${JSON.stringify(adds[i].asked)} of add #${adds[i].invoked}, which its read #${by} had contained.`;
      const witness = own ? [...made, by, completed] : [...made, ...madeOf(by), by, completed];
      findings.add(own ? 'read-your-writes' : 'monotonic-reads', key, witness, what + why);
      break;
    }
    times.forEach((count, i) => {
      if (count > 0 && !mine.has(i)) mine.set(i, { by: completed, own: false });
    });
  };

  /** The adds that make up what an earlier read returned. */
  function madeOf(read: number): number[] {
    const times = amounts.in(history.values[read] as number) ?? [];
    return adds.filter((_, i) => times[i] > 0).map(eventOf);
  }

  for (const { op, begins } of inOrder(ops))
    if (begins || op.type !== 'ok') continue;
    else if (op.f === 'read') judge(op);
    else knownTo(op.session).set(rankOf.get(op)!, { by: op.completed, own: true });
}
