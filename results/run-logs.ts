import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { History } from '../harness/history/history.ts';
import type { JudgedAnomaly } from './document.ts';
import { timeOfLine } from './log-times.ts';
import type { LogLine, ReportLog } from './page-data.ts';
import type { Span } from './performance.ts';
import type { StoredRun } from './run-directory.ts';

const TAIL = 40;
/** Seconds before a witness began and after it ended that its logs may explain it, ns. */
const MARGIN = 2e9;
/** Of one file. */
const MOST = 150;

/** Each node's logs: their ends, and what they say around the witness of every violation. */
export async function reportLogs(
  { logs, meta }: StoredRun,
  history: History,
  anomalies: readonly JudgedAnomaly[],
): Promise<ReportLog[]> {
  const spans = witnessSpans(history, anomalies);
  const began = meta.world === 'sim' ? null : Date.parse(meta.startedAt);
  const found: ReportLog[] = [];
  for (const [node, files] of logs)
    for (const file of files) {
      const text = await readFile(file, 'utf8');
      found.push({
        node,
        file: basename(file),
        text: text.split('\n').slice(-TAIL).join('\n'),
        around: linesAround(text, began, spans),
      });
    }
  return found;
}

/** The stretches of the witnesses that matter most: those of violations, or of whatever was found. */
function witnessSpans(history: History, anomalies: readonly JudgedAnomaly[]): Span[] {
  const violations = anomalies.filter(({ status }) => status === 'violation');
  return (violations.length > 0 ? violations : anomalies).flatMap(({ witness }) => {
    const times = witness.filter((i) => i < history.length).map((i) => history.time[i]);
    return times.length === 0 ? [] : [{ from: Math.min(...times) - MARGIN, to: Math.max(...times) + MARGIN }];
  });
}

/** The log's lines within any of the stretches, each with its moment; lines without a stamp follow the one before. */
export function linesAround(text: string, began: number | null, spans: readonly Span[]): LogLine[] {
  const found: LogLine[] = [];
  let time: number | null = null;
  for (const line of text.split('\n')) {
    time = timeOfLine(line, began) ?? time;
    if (line === '' || time === null) continue;
    const at = time;
    if (spans.some(({ from, to }) => at >= from && at <= to)) found.push({ time: at, text: line });
    if (found.length >= MOST) break;
  }
  return found;
}
