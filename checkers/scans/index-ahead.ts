import { identityOf } from '../../harness/history/dictionary.ts';
import type { Findings, Operation } from '../sets-queues-counters/elements.ts';
import { text, type Find } from './finds.ts';
import type { KeyVersions, Version } from './versions.ts';

/** An index query that gave this version, answered at event `at`. */
interface Shown {
  readonly at: number;
  readonly find: Operation;
  readonly version: Version;
}

/**
 * An index that shows what the base does not have: a query gave a version, and a read that began after the query was
 * answered finds only versions that were certainly there before that version was even asked for. Either the index was
 * changed before the base was, or the base has lost it since. O(n log n).
 */
export function judgeAhead(
  finds: readonly Find[],
  keys: ReadonlyMap<unknown, KeyVersions>,
  findings: Findings,
): void {
  const shown = new Map<unknown, Shown[]>();
  for (const { op, entries } of finds)
    for (const { key, row } of entries) {
      const id = identityOf(key);
      const versions = row === null ? [] : (keys.get(id)?.of(row) ?? []).filter((v) => !v.failed);
      if (versions.length !== 1 || versions[0].write > op.completed) continue;
      const one = { at: op.completed, find: op, version: versions[0] };
      if (shown.has(id)) shown.get(id)!.push(one);
      else shown.set(id, [one]);
    }
  for (const [id, all] of shown) {
    const known = keys.get(id)!;
    const { key } = known;
    const byAnswer = all.sort((a, b) => a.at - b.at);
    let next = 0;
    let newest: Shown | null = null;
    // Operations come in order of invocation.
    for (const read of known.reads) {
      for (; next < byAnswer.length && byAnswer[next].at < read.invoked; next++)
        if (newest === null || byAnswer[next].version.write > newest.version.write) newest = byAnswer[next];
      if (newest === null) continue;
      const { version, find, at } = newest;
      const candidates = known.of(read.answer).filter((v) => !v.failed && v.write < read.completed);
      if (candidates.length === 0 || candidates.some((v) => v.effect > version.write)) continue;
      const older = candidates.reduce((a, b) => (b.effect > a.effect ? b : a));
      findings.add(
        'index-ahead-of-base',
        key,
        [older.write, older.effect, version.write, find.invoked, at, read.invoked, read.completed],
        `The index query #${at} gave row ${text(key)} as #${version.write} had written it, but the row itself, read after that (#${read.completed}), is ${read.answer === null ? 'not there' : `still ${text(read.answer)}`}, as it was before #${version.write} began.`,
      );
    }
  }
}
