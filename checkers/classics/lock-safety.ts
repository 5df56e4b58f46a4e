import type { Json } from '../../harness/history/event.ts';
import { Findings, operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import type { Checker } from '../types.ts';

/** A lock in somebody's hands for certain: from the return of its acquire to the invocation of its release. */
interface Hold {
  readonly acquire: Operation;
  readonly from: number;
  /** The release, or null if none was ever tried. */
  readonly release: Operation | null;
  readonly until: number;
}

/**
 * Safety of locks: f `acquire` (`ok` value = anything, a number is a fencing token, false = refused), `release`.
 *
 * A process certainly holds a lock from the moment its acquire returned until it invokes the release, whatever becomes
 * of that. Two holds of one lock that overlap break mutual exclusion. An indeterminate acquire is no hold; one that
 * never tried a release holds for certain only at the moment of its grant (its lease may have ended).
 * Fencing tokens grow: a grant has a greater token than all that returned before it was asked for. O(n log n).
 */
export const lockSafety: Checker = {
  name: 'lock-safety',
  title: 'Locks: mutual exclusion, growing fencing tokens',
  anomalies: ['mutual-exclusion', 'fencing-token-order'],
  check: (history) => {
    const findings = new Findings();
    const locks = new Map<Json, Hold[]>();
    const open = new Map<string, Operation>();
    const processOf = (op: Operation): string => `${history.process[op.invoked]} ${JSON.stringify(op.key)}`;
    const add = (acquire: Operation, release: Operation | null): void => {
      const until = release?.invoked ?? acquire.completed;
      const hold = { acquire, from: acquire.completed, release, until };
      if (locks.has(acquire.key)) locks.get(acquire.key)!.push(hold);
      else locks.set(acquire.key, [hold]);
    };
    for (const op of operationsOf(history, 'acquire', 'release')) {
      const held = open.get(processOf(op));
      if (op.f === 'acquire') {
        if (op.type !== 'ok' || op.answer === false) continue;
        if (held !== undefined) add(held, null);
        open.set(processOf(op), op);
      } else if (held !== undefined) {
        add(held, op);
        open.delete(processOf(op));
      }
    }
    for (const acquire of open.values()) add(acquire, null);
    let holds = 0;
    for (const [key, all] of locks) {
      holds += all.length;
      judgeHolds(key, all, findings);
      judgeTokens(key, all, findings);
    }
    return findings.verdict('lock-safety', holds === 0 ? 'no lock was ever granted' : null, { holds });
  },
};

function judgeHolds(key: Json, holds: readonly Hold[], findings: Findings): void {
  let longest: Hold | null = null;
  for (const hold of [...holds].sort((a, b) => a.from - b.from)) {
    if (longest !== null && hold.from < longest.until) {
      const why =
        `Lock ${JSON.stringify(key)} was granted by #${hold.from}, although it had been granted before (#${longest.from}) ` +
        `and was not given back until #${longest.until} at the earliest.`;
      findings.add('mutual-exclusion', key, [longest.from, hold.from, longest.until], why);
    }
    if (longest === null || hold.until > longest.until) longest = hold;
  }
}

function judgeTokens(key: Json, holds: readonly Hold[], findings: Findings): void {
  const granted = holds.filter(({ acquire }) => typeof acquire.answer === 'number');
  const byReturn = [...granted].sort((a, b) => a.from - b.from);
  const byInvocation = [...granted].sort((a, b) => a.acquire.invoked - b.acquire.invoked);
  const tokenOf = ({ acquire }: Hold): number => acquire.answer as number;
  const seen = new Map<number, Hold>();
  let greatest: Hold | null = null;
  let next = 0;
  for (const hold of byInvocation) {
    for (; byReturn[next].from < hold.acquire.invoked; next++)
      if (greatest === null || tokenOf(byReturn[next]) > tokenOf(greatest)) greatest = byReturn[next];
    const twin = seen.get(tokenOf(hold));
    const before = greatest !== null && tokenOf(hold) <= tokenOf(greatest) ? greatest : (twin ?? null);
    seen.set(tokenOf(hold), hold);
    if (before === null) continue;
    const why = `Lock ${JSON.stringify(key)} was granted with token ${tokenOf(hold)} (#${hold.from}), not greater than ${tokenOf(before)}, which #${before.from} had got.`;
    findings.add('fencing-token-order', key, [before.from, hold.acquire.invoked, hold.from], why);
  }
}
