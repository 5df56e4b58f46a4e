import type { Finding, Verdict } from '../types.ts';
import { NOTHING, type Registers } from './registers.ts';

/** A witness of more operations is left as it is. */
const OPERATIONS = 100;

/**
 * The verdict with witnesses from which no operation can be taken: those that a finding can do without go, one after the
 * other, as long as `judge` finds the like in what is left. An operation less is a cause less, and a read that is gone
 * or has no write any more observes nothing: nothing is made up that way. A set that proves nothing has no subset that
 * does, so that going through the operations once is enough.
 */
export function withSmallest(
  verdict: Verdict,
  registers: Registers,
  judge: (part: Registers) => readonly Finding[],
): Verdict {
  const findings = verdict.findings.map((finding): Finding => {
    const { name, count } = finding;
    let smallest = finding;
    let left = operationsIn(registers, finding);
    if (left.length > OPERATIONS) return finding;
    for (const op of left.toReversed()) {
      if (!left.includes(op)) continue;
      const part = only(
        registers,
        left.filter((other) => other !== op),
      );
      const found = judge(part).find((other) => other.name === name);
      if (found === undefined) continue;
      smallest = count === undefined ? found : { ...found, count };
      left = operationsIn(registers, found);
    }
    return smallest;
  });
  return { ...verdict, findings };
}

function operationsIn({ count, invoked, completed }: Registers, { witness }: Finding): number[] {
  const events = new Set(witness);
  const found: number[] = [];
  for (let op = 0; op < count; op++) if (events.has(invoked[op]) || events.has(completed[op])) found.push(op);
  return found;
}

/** Some operations alone, in their order, as if the others had never been; events keep their numbers. */
function only(registers: Registers, kept: readonly number[]): Registers {
  const numberOf = new Map(kept.map((op, number) => [op, number]));
  const column = (of: Int32Array): Int32Array => Int32Array.from(kept, (op) => of[op]);
  const completing = new Int32Array(registers.completing.length).fill(-1);
  kept.forEach((op, number) => {
    if (registers.completed[op] >= 0) completing[registers.completed[op]] = number;
  });
  return {
    ...registers,
    completing,
    count: kept.length,
    invoked: column(registers.invoked),
    completed: column(registers.completed),
    session: column(registers.session),
    key: column(registers.key),
    writes: Uint8Array.from(kept, (op) => registers.writes[op]),
    sees: Int32Array.from(kept, (op) => {
      const version = registers.sees[op];
      return version < 0 ? version : (numberOf.get(version) ?? NOTHING);
    }),
  };
}
