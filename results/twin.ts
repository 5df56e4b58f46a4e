import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Performance } from '../checkers/performance/performance.ts';
import { byWeight, type ResultDocument } from './document.ts';
import type { Twin } from './page-data.ts';
import { RunPaths } from './run-directory.ts';
import { parseRunMeta } from './run-meta.ts';

/** Where a real run keeps its twin's, a run directory of its own. */
export function twinDirectory(run: string): string {
  return join(run, 'twin');
}

/** Is there a twin's run, judged? */
export function hasTwin(run: string): boolean {
  return existsSync(new RunPaths(twinDirectory(run)).results);
}

/** A run beside its twin's, row by row as a report shows them; null where there is none. Rejects when it cannot be read. */
export async function readTwin(run: string, document: ResultDocument): Promise<Twin | null> {
  if (!hasTwin(run)) return null;
  const paths = new RunPaths(twinDirectory(run));
  const meta = parseRunMeta(JSON.parse(await readFile(paths.meta, 'utf8')));
  const other = JSON.parse(await readFile(paths.results, 'utf8')) as ResultDocument;
  const [mine, its] = [rowsOf(document), rowsOf(other)];
  const labels = [...new Set([...mine.keys(), ...its.keys()])];
  return {
    configuration: `${meta.cluster}:${meta.configuration}`,
    command: meta.command,
    rows: labels.map((label) => [label, mine.get(label) ?? '–', its.get(label) ?? '–']),
  };
}

function rowsOf({ outcome, anomalies, stats }: ResultDocument): Map<string, string> {
  const rows = new Map<string, string>([['outcome', outcome]]);
  const found = anomalies.filter(({ certain }) => certain).sort(byWeight);
  rows.set('proven', found.map(({ name, count }) => `${name} (${count})`).join(', ') || 'no anomaly');
  const performance = stats['performance'] as unknown as Performance | undefined;
  if (performance === undefined) return rows;
  const { total, duringFaults, latency } = performance;
  rows.set('operations', `${total.ok} ok, ${total.fail} fail, ${total.info} info`);
  rows.set('answered during faults', share(duringFaults.availability));
  for (const { f, type, p50, p99 } of latency)
    if (type === 'ok') rows.set(`${f}, median and 99th percentile`, `${fine(p50)} and ${fine(p99)} ms`);
  return rows;
}

const share = (part: number | null): string => (part === null ? '–' : `${Math.round(part * 100)} %`);
const fine = (ms: number): string => (ms < 10 ? ms.toFixed(1) : String(Math.round(ms)));
