import type { Json } from '../../harness/history/event.ts';
import type { History } from '../../harness/history/history.ts';
import { FoldedFindings } from '../fold.ts';
import { settlementOf } from '../sets-queues-counters/final-reads.ts';
import { sessionName } from '../session/words.ts';
import type { Checker, Verdict } from '../types.ts';
import { divergenceOf, impossibleOf, lossOf } from './explain.ts';
import { fatesOf, type Fate, type Fates } from './fates.ts';
import { rowsOf, type Rows } from './rows.ts';

const FATES: readonly Fate[] = [
  'total-loss',
  'field-loss',
  'resurrection',
  'causal-inversion',
  'clock-skew-loss',
  'concurrent-discard',
];

/**
 * Lost updates of replicas that resolve conflicts by timestamps (last writer wins): rows of fields, written at any
 * replica, read from every replica after quiescence. A write is superseded by one that causally follows it; any
 * other disappearance is named after what remained in its place (see {@link Fate}). Concurrent writes may lawfully
 * be discarded: those are counted, with the rate among acknowledged updates and its 95 % interval.
 *
 * Causality is session order and reads-from only (an indeterminate update precedes nothing in its session). Without
 * proof of quiescence all losses are only possible; a bare file's last reads are taken as final. O(n·k), k sessions.
 */
export const lww: Checker = {
  name: 'lww',
  title: 'Lost updates under last writer wins',
  anomalies: [...FATES, 'divergence', 'thin-air-read', 'failed-write-visible'],
  check: checkLww,
};

function checkLww(history: History): Verdict {
  const rows = rowsOf(history);
  const settlement = settlementOf(history);
  const settled = settlement?.settled ?? true;
  const fates = fatesOf(rows);
  const folded = new FoldedFindings();
  for (const read of rows.impossible) {
    const name = read.failed ? 'failed-write-visible' : 'thin-air-read';
    folded.add(name, true, keyOf(rows, read.row), () => impossibleOf(rows, read));
  }
  for (const [row, finals] of fates.finals)
    if (!finals.agree)
      folded.add('divergence', settled, keyOf(rows, row), () => divergenceOf(finals, keyOf(rows, row)));
  const sessionOf = (op: number): string => sessionName(history, rows.invoked[op], rows.acknowledged[op]);
  for (const fate of FATES)
    for (const lost of fates.lost)
      if (lost.fate === fate)
        folded.add(fate, lost.certain && settled, keyOf(rows, lost.cell.row), () =>
          lossOf(rows, fates, lost, sessionOf),
        );

  const findings = folded.findings();
  const stats = statsOf(rows, fates);
  const refuted = findings.some((f) => f.certain && f.name !== 'concurrent-discard');
  if (refuted) return { checker: 'lww', valid: false, findings, stats };
  const reason = whyUnknown(rows, fates);
  if (reason !== null) return { checker: 'lww', valid: 'unknown', findings, stats, reason };
  return { checker: 'lww', valid: true, findings, stats };
}

function whyUnknown(rows: Rows, { finals, unread }: Fates): string | null {
  if (rows.cells.length === 0) return 'no row was written';
  if (finals.size === 0) return 'no final read completed';
  if (unread > 0) return `${unread} of ${rows.cells.length} cells were not read at the end`;
  if (rows.ambiguous > 0)
    return `${rows.ambiguous} reads show a value that was written to the field more than once: write unique values`;
  return null;
}

function statsOf(rows: Rows, { owed, superseded, lost, finals, unread }: Fates): { [name: string]: Json } {
  const discarded = lost.filter((l) => l.fate === 'concurrent-discard').length;
  return {
    cells: rows.cells.length,
    acknowledged: owed,
    superseded,
    ...Object.fromEntries(FATES.map((fate) => [fate, lost.filter((l) => l.fate === fate).length])),
    diverged: [...finals.values()].filter((f) => !f.agree).length,
    unreadCells: unread,
    discardRate: owed === 0 ? 0 : discarded / owed,
    discardInterval: wilson(discarded, owed),
  };
}

/** 95 % interval of a rate of `k` in `n` (Wilson, 1927). */
function wilson(k: number, n: number): [number, number] {
  if (n === 0) return [0, 1];
  const z = 1.959964;
  const centre = (k + (z * z) / 2) / (n + z * z);
  const half = (z / (n + z * z)) * Math.sqrt((k * (n - k)) / n + (z * z) / 4);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

function keyOf({ history }: Rows, row: number): Json {
  return row === 0 ? null : history.keys.valueOf(row - 1);
}
