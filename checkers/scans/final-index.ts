import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import type { Findings, Operation } from '../sets-queues-counters/elements.ts';
import { finalPhase, settlementOf } from '../sets-queues-counters/final-reads.ts';
import { matches, text, type Find } from './finds.ts';
import type { KeyVersions } from './versions.ts';

/**
 * After quiescence the index agrees with the rows, however late it is allowed to be before. A row is known at a query if
 * it was read before and after it, and was the same: whatever was still under way has not come in between. In a bare
 * file the last write ends the changes; without proof of quiescence a finding is only possible, since an asynchronous
 * index may still have been catching up.
 */
export function judgeFinals(
  history: History,
  finds: readonly Find[],
  keys: ReadonlyMap<unknown, KeyVersions>,
  findings: Findings,
): void {
  const phase = finalPhase(history);
  const from = phase >= 0 ? phase : lastChange(history);
  const settled = settlementOf(history)?.settled ?? false;
  const finals = finds.filter(({ op }) => op.invoked > from);
  if (finals.length === 0) return;
  for (const known of keys.values()) {
    const reads = known.reads.filter((read) => read.invoked > from);
    if (reads.length < 2) continue;
    for (const find of finals) {
      const before = reads.findLast((read) => read.completed < find.op.invoked);
      const after = reads.find((read) => read.invoked > find.op.completed);
      if (before === undefined || after === undefined) continue;
      if (identityOf(before.answer) !== identityOf(after.answer)) continue;
      compare(known.key, before, after, find, settled, findings);
    }
  }
}

function compare(
  key: Json,
  before: Operation,
  after: Operation,
  { op, field, term, entries }: Find,
  settled: boolean,
  findings: Findings,
): void {
  const row = before.answer;
  const witness = [
    before.invoked,
    before.completed,
    op.invoked,
    op.completed,
    after.invoked,
    after.completed,
  ];
  const query = `the index query #${op.completed} for ${field} = ${text(term)}`;
  const is = row === null ? 'is not there' : `is ${text(row)}`;
  const told = `After quiescence row ${text(key)} ${is} (#${before.completed} and #${after.completed})`;
  const own = entries.filter((entry) => identityOf(entry.key) === identityOf(key));
  const belongs = matches(row, field, term);
  if (belongs && own.length === 0)
    findings.add('lost-entry', key, witness, `${told}, but ${query} does not give it.`, settled);
  const wrong = own.find((e) => !belongs || (e.row !== null && identityOf(e.row) !== identityOf(row)));
  if (wrong === undefined) return;
  const as = wrong.row === null ? '' : ` as ${text(wrong.row)}`;
  findings.add('dangling-entry', key, witness, `${told}, but ${query} still gives it${as}.`, settled);
}

/** The last event of a write or delete. */
function lastChange(history: History): number {
  const changes = new Set(['write', 'delete'].map((f) => history.functions.idOf(f)));
  let i = history.length - 1;
  while (i >= 0 && (history.process[i] < 0 || !changes.has(history.f[i]))) i--;
  return i;
}
