import { identityOf } from '../../harness/history/dictionary.ts';
import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { Findings, operationsOf, type Operation } from '../sets-queues-counters/elements.ts';
import type { Checker, Verdict } from '../types.ts';
import { Present, compareKeys, presencesOf } from './presence.ts';
import { unknownFunction, versionsOf, visible, type KeyVersions } from './versions.ts';

/**
 * Range scans, over as many partitions as they take, while keys come and go and partitions split and move. Rows are put
 * whole (f `write`, in each key another value every time), taken away (`delete`) and read (`read`); f `scan` with value
 * `[from, to]` (null: open, `to` excluded) shows the keys in between in order, ok value `[[key, value], …]`.
 *
 * A scan is no snapshot: each key is judged by itself, as a read that may take effect at any moment of the scan. A key
 * that was there from before the scan was invoked until after it was answered must be in it (`skipped-key`), once
 * (`doubled-key`); one that was gone before must not (`ghost-key`); a value must be one that could be there then
 * (`stale-scan`). O(n log n); sound and complete for this.
 */
export const rangeScan: Checker = {
  name: 'range-scan',
  title: 'Range scans: nothing skipped, nothing doubled',
  anomalies: ['skipped-key', 'doubled-key', 'ghost-key', 'stale-scan', 'phantom-key', 'scan-order'],
  check: checkScans,
};

interface Scan {
  readonly op: Operation;
  readonly from: Json;
  readonly to: Json;
  readonly shown: readonly (readonly [key: Json, value: Json])[];
}

const text = (value: Json): string => JSON.stringify(value);
const isThere = (row: Json): boolean => row !== null;

function checkScans(history: History): Verdict {
  const findings = new Findings();
  const keys = versionsOf(history);
  const scans = scansOf(history);
  const present = new Present([...keys.values()].flatMap((known) => presencesOf(known, isThere)));
  let owed = 0;
  for (const scan of scans) {
    judgeShown(scan, keys, findings);
    const ids = new Set(scan.shown.map(([key]) => identityOf(key)));
    const { op, from, to } = scan;
    for (const { key, by } of present.during(op.invoked, op.completed, from, to)) {
      owed++;
      if (ids.has(identityOf(key))) continue;
      findings.add(
        'skipped-key',
        key,
        [by.write, by.acknowledged, op.invoked, op.completed],
        `${nameOf(scan)} skipped key ${text(key)}, which #${by.write} had put there, acknowledged (#${by.acknowledged}) before the scan began, and which nothing took away before it ended.`,
      );
    }
  }
  const other = unknownFunction(history, 'scan');
  const reason =
    other !== null
      ? `the history has operations "${other}", which may change rows`
      : scans.length === 0
        ? 'no scan was answered'
        : null;
  return findings.verdict('range-scan', reason, { scans: scans.length, owed });
}

function nameOf({ op, from, to }: Scan): string {
  const range = `${from === null ? 'the first key' : text(from)} to ${to === null ? 'the last' : text(to)}`;
  return `Scan #${op.completed} from ${range}`;
}

function scansOf(history: History): Scan[] {
  return operationsOf(history, 'scan').flatMap((op): Scan[] => {
    if (op.type !== 'ok' || !Array.isArray(op.answer)) return [];
    const [from = null, to = null] = Array.isArray(op.asked) ? (op.asked as readonly Json[]) : [];
    const shown = op.answer.filter((e): e is readonly [Json, Json] => Array.isArray(e) && e.length === 2);
    return [{ op, from, to, shown }];
  });
}

function judgeShown(scan: Scan, keys: ReadonlyMap<unknown, KeyVersions>, findings: Findings): void {
  const { op, from, to, shown } = scan;
  const own = [op.invoked, op.completed];
  const seen = new Set<unknown>();
  let last: Json = null;
  for (const [key, value] of shown) {
    const id = identityOf(key);
    const shows = `${nameOf(scan)} shows key ${text(key)}`;
    if (seen.has(id)) findings.add('doubled-key', key, own, `${shows} twice.`);
    else if (last !== null && compareKeys(key, last) < 0)
      findings.add('scan-order', key, own, `${shows} after ${text(last)}.`);
    seen.add(id);
    last = key;
    const outside =
      (from !== null && compareKeys(key, from) < 0) || (to !== null && compareKeys(key, to) >= 0);
    if (outside) findings.add('phantom-key', key, own, `${shows}, which is outside of the range.`);
    else judgeValue(scan, key, value, keys.get(id), shows, findings);
  }
}

function judgeValue(
  { op }: Scan,
  key: Json,
  value: Json,
  known: KeyVersions | undefined,
  shows: string,
  findings: Findings,
): void {
  const same = (known?.of(value) ?? []).filter((v) => v.row !== null && v.write < op.completed);
  const kept = same.filter((v) => !v.failed);
  if (known === undefined || kept.length === 0) {
    const why = same.length === 0 ? 'nobody had written' : `only the failed write #${same[0].write} had`;
    findings.add(
      'phantom-key',
      key,
      [same[0]?.write ?? -1, op.invoked, op.completed],
      `${shows} with ${text(value)}, a value that ${why}.`,
    );
    return;
  }
  if (kept.some((v) => visible(v, op.invoked, op.completed))) return;
  const newest = kept.reduce((a, b) => (b.gone > a.gone ? b : a));
  // Of an older value of a key that may be there, the key is no ghost: only the value is old.
  const stays = known.versions.find((v) => v.row !== null && visible(v, op.invoked, op.completed));
  const deletion = known.versions.find(
    (v) => v.row === null && v.write > newest.effect && v.acknowledged < op.invoked,
  );
  const by = stays === undefined && deletion !== undefined ? deletion : newest.by!;
  const taken = by.row === null ? 'deleted' : 'replaced';
  findings.add(
    by === deletion && stays === undefined ? 'ghost-key' : 'stale-scan',
    key,
    [newest.write, newest.effect, by.write, by.acknowledged, stays?.write ?? -1, op.invoked, op.completed],
    `${shows} with ${text(value)} of #${newest.write}, which #${by.write} had ${taken} and been acknowledged (#${by.acknowledged}) before the scan began.`,
  );
}
