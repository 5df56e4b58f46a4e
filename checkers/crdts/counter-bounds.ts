import { amountOf, type CounterCase } from './counter-case.ts';
import { inOrder, isOfItsSession, place, type ReplicatedOperation } from './operations.ts';

/** A session's acknowledged adds of a counter, and their sums by sign. */
interface Own {
  readonly adds: number[];
  up: number;
  down: number;
}

/** What a session must find at least, of a counter that only grows: what it read, and its own adds since. */
interface Floor {
  value: number;
  readonly shown: number;
  readonly read: ReplicatedOperation;
  readonly since: number[];
}

/** What a read owes its session, as it stood when the read began. */
interface Owed {
  readonly up: number;
  readonly down: number;
  readonly adds: number;
  readonly floor: Floor | undefined;
  readonly least: number;
  readonly since: number;
}

/** Holds the reads of a counter against bounds, where the amounts do not tell which adds a read contains. */
export function judgeBounds({ history, ops, adds, assumed, findings, finals, phase }: CounterCase): void {
  const possible = { up: 0, down: 0 };
  const owns = new Map<number, Own>();
  const floors = new Map<number, Floor>();
  const debts = new Map<ReplicatedOperation, Owed>();
  const grows = adds.every((add) => add.type === 'fail' || amountOf(add) >= 0);
  const combined = assumed.has('read-your-writes') && assumed.has('monotonic-reads');
  const atTheEnd = new Set(finals?.reads.map(({ op }) => op));

  const judge = (read: ReplicatedOperation, owed: Owed): void => {
    const { answer, key, completed } = read;
    const what = `Read ${place(history, completed)} of session ${read.sessionName} returned ${JSON.stringify(answer)}`;
    if (typeof answer !== 'number' || answer < possible.down || answer > possible.up) {
      // The account at the end names it better.
      if (atTheEnd.has(read)) return;
      const why = `, but the adds invoked until then make ${possible.down} at least and ${possible.up} at most.`;
      findings.add('counter-out-of-bounds', key, [completed], what + why);
    } else if (!isOfItsSession(read, phase)) return;
    else if (answer < owed.up + possible.down || answer > possible.up + owed.down) {
      const mine = owns.get(read.session)!.adds.slice(0, owed.adds);
      const why = `, which cannot contain all of the session's own acknowledged adds (#${mine.join(', #')}).`;
      findings.add('read-your-writes', key, [...mine, completed], what + why);
    } else if (grows && owed.floor !== undefined && answer < owed.least) {
      const { read: before, shown, since } = owed.floor;
      const back = answer < shown;
      const added = back ? [] : since.slice(0, owed.since);
      const then = back
        ? ''
        : `, and its adds #${added.join(', #')} had been acknowledged since: ${owed.least} in all`;
      const why = `, although ${place(history, before.completed)} had shown it ${shown}${then}; this counter only grows.`;
      const witness = [before.completed, ...added, completed];
      findings.add('monotonic-reads', key, witness, what + why, back || combined);
    }
  };

  for (const { op, begins } of inOrder(ops)) {
    if (op.f === 'add') {
      const amount = amountOf(op);
      const side = amount > 0 ? 'up' : 'down';
      if (begins && op.type !== 'fail') possible[side] += amount;
      if (begins || op.type !== 'ok') continue;
      const own = owns.get(op.session) ?? { adds: [], up: 0, down: 0 };
      owns.set(op.session, own);
      own.adds.push(op.completed);
      own[side] += amount;
      const floor = floors.get(op.session);
      if (floor === undefined || floor.read.completed > op.invoked) continue;
      floor.value += amount;
      floor.since.push(op.completed);
    } else if (begins) {
      const own = owns.get(op.session);
      const floor = floors.get(op.session);
      debts.set(op, {
        up: own?.up ?? 0,
        down: own?.down ?? 0,
        adds: own?.adds.length ?? 0,
        floor,
        least: floor?.value ?? 0,
        since: floor?.since.length ?? 0,
      });
    } else if (op.type === 'ok') {
      judge(op, debts.get(op)!);
      debts.delete(op);
      const floor = floors.get(op.session);
      if (typeof op.answer === 'number' && (floor === undefined || op.answer > floor.value))
        floors.set(op.session, { value: op.answer, shown: op.answer, read: op, since: [] });
    }
  }
}
