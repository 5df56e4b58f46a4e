import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { Findings, operationsOf } from '../sets-queues-counters/elements.ts';
import type { Checker, Verdict } from '../types.ts';
import { Ages } from './ages.ts';
import { matches, text, type Find } from './finds.ts';
import { judgeFinals } from './final-index.ts';
import { judgeAhead } from './index-ahead.ts';
import { Present, presencesOf } from './presence.ts';
import { unknownFunction, versionsOf, visible, type KeyVersions } from './versions.ts';

/**
 * What a secondary index showed, beside what the rows were. Rows are put whole (f `write`, value `{field: term, …}`, in
 * each key another row every time), taken away (`delete`) and read (`read`, null = no row); f `find` with value
 * `[field, term]` asks the index, ok value `[[key, row], …]`, or `[[key, null], …]` of an index that tells only keys.
 *
 * Each key of a query is judged by itself, as a read that may take effect at any moment of the query: an entry must be
 * of a version that could be there then (else `stale-entry`, or `phantom-entry` if it never was), a key may be absent
 * only if some version without the term could be there then (else `missing-entry`). Rows that are read must be linearizable.
 * After quiescence the index must agree with the rows: `dangling-entry`, `lost-entry`. O(n log n); complete for this.
 */
export const secondaryIndex: Checker = {
  name: 'secondary-index',
  title: 'Secondary indexes: missing, phantom and stale entries',
  anomalies: [
    'phantom-entry',
    'stale-entry',
    'missing-entry',
    'doubled-entry',
    'index-ahead-of-base',
    'dangling-entry',
    'lost-entry',
  ],
  check: checkIndex,
};

function checkIndex(history: History): Verdict {
  const findings = new Findings();
  const keys = versionsOf(history);
  const finds = findsOf(history);
  const stale = new Ages(history);
  const missing = new Ages(history);
  for (const find of finds) judgeEntries(find, keys, findings, stale);
  judgeMissing(finds, keys, findings, missing);
  judgeAhead(finds, keys, findings);
  judgeFinals(history, finds, keys, findings);
  const stats = {
    finds: finds.length,
    entries: finds.reduce((sum, { entries }) => sum + entries.length, 0),
    stale: stale.summary(),
    missing: missing.summary(),
  };
  const other = unknownFunction(history, 'find');
  const reason =
    other !== null
      ? `the history has operations "${other}", which may change rows`
      : finds.length === 0
        ? 'no query of an index was answered'
        : null;
  return findings.verdict('secondary-index', reason, stats);
}

function findsOf(history: History): Find[] {
  return operationsOf(history, 'find').flatMap((op): Find[] => {
    if (op.type !== 'ok' || !Array.isArray(op.asked) || !Array.isArray(op.answer)) return [];
    const [field, term] = op.asked as readonly Json[];
    if (typeof field !== 'string' || term === undefined) return [];
    const entries = op.answer
      .filter((e): e is readonly [Json, Json] => Array.isArray(e) && e.length === 2)
      .map(([key, row]) => ({ key, row }));
    return [{ op, field, term, entries }];
  });
}

function judgeEntries(
  { op, field, term, entries }: Find,
  keys: ReadonlyMap<unknown, KeyVersions>,
  findings: Findings,
  ages: Ages,
): void {
  const seen = new Set<unknown>();
  const where = `The index query #${op.completed} for ${field} = ${text(term)}`;
  for (const { key, row } of entries) {
    const id = identityOf(key);
    if (seen.has(id))
      findings.add('doubled-entry', key, [op.invoked, op.completed], `${where} gave row ${text(key)} twice.`);
    seen.add(id);
    const known = keys.get(id);
    const same = row === null ? (known?.versions ?? []) : (known?.of(row) ?? []);
    const real = same.filter((v) => matches(v.row, field, term) && v.write < op.completed);
    const kept = real.filter((v) => !v.failed);
    if (kept.length === 0) {
      const failed = real[0];
      const why =
        failed === undefined
          ? `which no write had put there${matches(row, field, term) || row === null ? '' : ', and which does not belong under this term'}`
          : `which only the failed write #${failed.write} would have put there`;
      const shown = row === null ? `row ${text(key)}` : `row ${text(key)} as ${text(row)}`;
      findings.add(
        'phantom-entry',
        key,
        [failed?.write ?? -1, op.invoked, op.completed],
        `${where} gave ${shown}, ${why}.`,
      );
      continue;
    }
    if (kept.some((v) => visible(v, op.invoked, op.completed))) continue;
    const newest = kept.reduce((a, b) => (b.gone > a.gone ? b : a));
    const by = newest.by!;
    ages.add(newest.gone, op.invoked);
    findings.add(
      'stale-entry',
      key,
      [newest.write, newest.effect, by.write, by.acknowledged, op.invoked, op.completed],
      `${where} gave row ${text(key)} as #${newest.write} had left it, although #${by.write}, which ${by.row === null ? 'deleted' : 'replaced'} it, had been acknowledged (#${by.acknowledged}) ${ages.between(by.acknowledged, op.invoked)} before the query began.`,
      true,
      { ageMs: ages.ms(by.acknowledged, op.invoked) },
    );
  }
}

function judgeMissing(
  finds: readonly Find[],
  keys: ReadonlyMap<unknown, KeyVersions>,
  findings: Findings,
  ages: Ages,
): void {
  const terms = new Map<unknown, Find[]>();
  for (const find of finds) {
    const id = identityOf([find.field, find.term]);
    if (terms.has(id)) terms.get(id)!.push(find);
    else terms.set(id, [find]);
  }
  for (const alike of terms.values()) {
    const { field, term } = alike[0];
    const isThere = (row: Json): boolean => matches(row, field, term);
    const ever = [...keys.values()].filter(({ versions }) => versions.some((v) => isThere(v.row)));
    const present = new Present(ever.flatMap((known) => presencesOf(known, isThere)));
    for (const { op, entries } of alike) {
      const shown = new Set(entries.map(({ key }) => identityOf(key)));
      for (const { key, by } of present.during(op.invoked, op.completed)) {
        if (shown.has(identityOf(key))) continue;
        ages.add(by.acknowledged, op.invoked);
        findings.add(
          'missing-entry',
          key,
          [by.write, by.acknowledged, op.invoked, op.completed],
          `The index query #${op.completed} for ${field} = ${text(term)} does not give row ${text(key)}, which #${by.write} had put there, acknowledged (#${by.acknowledged}) ${ages.between(by.acknowledged, op.invoked)} before the query began, and which nothing took away since.`,
          true,
          { ageMs: ages.ms(by.acknowledged, op.invoked) },
        );
      }
    }
  }
}
