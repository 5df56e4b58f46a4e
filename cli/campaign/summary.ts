import { rateOf, type Rate } from '../../results/statistics/rates.ts';
import { medianOf, timeToFirst, type Estimate } from '../../results/statistics/quantiles.ts';
import { randomStream } from '../../harness/runtime/random.ts';
import type { Cell } from './matrix.ts';
import { byChange, changeText, type Regressions } from './regressions.ts';
import type { Row } from './row.ts';

/** What became of one cell, over its seeds. */
export interface CellResult {
  readonly configuration: string;
  readonly workload: string;
  readonly faults: string;
  readonly notApplicable: string | null;
  readonly expect: Cell['expect'];
  /** Runs by outcome. */
  readonly outcomes: { readonly [outcome: string]: number };
  readonly planned: number;
  /** Share of runs in which each certain anomaly was seen, by `name (status)`. */
  readonly anomalies: { readonly [name: string]: Rate };
  /** Seconds of load until a violation was first seen. */
  readonly timeToViolation: { readonly seconds: number | null; readonly atLeast: number };
  /** Runs that came out otherwise than expected, or broke a claim unexpectedly. */
  readonly surprises: readonly Surprise[];
  readonly runs: readonly Omit<Row, 'timings'>[];
}

export interface Surprise {
  readonly key: string;
  readonly seed: string;
  readonly why: string;
}

export interface CampaignResults {
  readonly version: 1;
  readonly name: string;
  readonly cells: readonly CellResult[];
  /** Runs by outcome over all cells, and those not made (budget, interruption). */
  readonly totals: { readonly [outcome: string]: number };
  readonly exitCode: number;
}

/** Timings of a campaign, apart from its results: these differ from night to night. */
export interface CampaignTimings {
  readonly medianWallMs: Estimate;
  readonly rows: { readonly [key: string]: Row['timings'] };
}

export function campaignResults(
  name: string,
  cells: readonly Cell[],
  rows: ReadonlyMap<string, Row>,
): CampaignResults {
  const results = cells.map((cell) => cellResult(cell, rows));
  const totals: Record<string, number> = {};
  for (const cell of results) {
    for (const [outcome, count] of Object.entries(cell.outcomes))
      totals[outcome] = (totals[outcome] ?? 0) + count;
    totals['not-made'] = (totals['not-made'] ?? 0) + cell.planned - cell.runs.length;
    totals['not-applicable'] = (totals['not-applicable'] ?? 0) + (cell.notApplicable === null ? 0 : 1);
  }
  return { version: 1, name, cells: results, totals, exitCode: exitCodeOf(results) };
}

function cellResult(cell: Cell, rows: ReadonlyMap<string, Row>): CellResult {
  const made = cell.runs.map((run) => rows.get(run.key)).filter((row) => row !== undefined);
  const outcomes: Record<string, number> = {};
  for (const row of made) outcomes[row.outcome] = (outcomes[row.outcome] ?? 0) + 1;
  const watched = cell.runs.flatMap((run) => {
    const row = rows.get(run.key);
    return row === undefined ? [] : [{ seconds: run.config.time, found: row.outcome === 'violation' }];
  });
  return {
    configuration: cell.configuration,
    workload: cell.workload,
    faults: cell.faults,
    notApplicable: cell.notApplicable,
    expect: cell.expect,
    outcomes,
    planned: cell.runs.length,
    anomalies: anomalyRates(made),
    timeToViolation: timeToFirst(watched),
    surprises: made.flatMap((row) => surpriseOf(cell, row)),
    runs: made.map(({ key, seed, outcome, reason, anomalies }) => ({
      key,
      seed,
      outcome,
      reason,
      anomalies,
    })),
  };
}

function anomalyRates(rows: readonly Row[]): Record<string, Rate> {
  const hits = new Map<string, number>();
  for (const row of rows)
    for (const name of new Set(row.anomalies.filter((a) => a.certain).map((a) => `${a.name} (${a.status})`)))
      hits.set(name, (hits.get(name) ?? 0) + 1);
  return Object.fromEntries([...hits].sort().map(([name, count]) => [name, rateOf(count, rows.length)]));
}

/** Infrastructure errors, unknown and inconclusive runs are no surprise of their own: they have exit codes of their own. */
function surpriseOf({ expect }: Cell, row: Row): Surprise[] {
  const tell = (why: string): Surprise[] => [{ key: row.key, seed: row.seed, why }];
  if (expect === null) return row.outcome === 'violation' ? tell(row.reason ?? 'violation') : [];
  if (row.outcome !== expect.outcome)
    return tell(`expected ${expect.outcome}, came out ${row.outcome}: ${row.reason ?? ''}`);
  const proven = new Set(row.anomalies.filter((a) => a.certain).map((a) => a.name));
  const missing = expect.anomalies.filter((name) => !proven.has(name));
  return missing.length > 0 ? tell(`expected to see ${missing.join(', ')}, which it did not`) : [];
}

/** 1 anything that was not expected, else 3 infrastructure, else 2 unknown, inconclusive or not made, else 0. */
export function exitCodeOf(
  cells: readonly CellResult[],
  { surprises = true }: { readonly surprises?: boolean } = {},
): number {
  const has = (outcome: string): boolean =>
    cells.some((cell) => (cell.outcomes[outcome] ?? 0) > 0 && cell.expect?.outcome !== outcome);
  if (surprises && cells.some((cell) => cell.surprises.length > 0)) return 1;
  if (has('error')) return 3;
  const unfinished = cells.some((cell) => cell.runs.length < cell.planned);
  return has('unknown') || has('inconclusive') || unfinished ? 2 : 0;
}

export function campaignTimings(rows: ReadonlyMap<string, Row>): CampaignTimings {
  const sorted = [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    medianWallMs: medianOf(
      sorted.map((row) => row.timings.wallMs),
      randomStream('campaign', 'bootstrap'),
    ),
    rows: Object.fromEntries(sorted.map((row) => [row.key, row.timings])),
  };
}

/** A page of Markdown: changes against the baseline, surprises, then a row a cell. */
export function campaignMarkdown(results: CampaignResults, regressions: Regressions | null = null): string {
  const surprises = results.cells.flatMap((cell) => cell.surprises.map((surprise) => ({ cell, surprise })));
  const lines = [`# ${escaped(results.name)}`, '', totalsLine(results), ''];
  if (regressions !== null) lines.push(...changeLines(regressions));
  if (surprises.length > 0) {
    lines.push(`## Not as expected (${surprises.length})`, '');
    for (const { cell, surprise } of surprises.slice(0, MOST_SURPRISES))
      lines.push(
        `- **${escaped(placeOf(cell))}**, seed ${surprise.seed} (\`runs/${surprise.key}\`): ${escaped(surprise.why)}`,
      );
    if (surprises.length > MOST_SURPRISES)
      lines.push(`- … and ${surprises.length - MOST_SURPRISES} more in results.json`);
    lines.push('');
  }
  lines.push(
    '## Cells',
    '',
    '| configuration | workload | faults | outcome | anomalies: share of runs (95 %) | load until a violation |',
    '|---|---|---|---|---|---|',
  );
  for (const cell of results.cells)
    lines.push(
      `| ${escaped(cell.configuration)} | ${escaped(cell.workload)} | ${escaped(cell.faults)} | ${outcomeText(cell)} | ${anomalyText(cell)} | ${timeText(cell)} |`,
    );
  return `${lines.join('\n')}\n`;
}

/** Step summaries of CI servers are cut at a megabyte; results.json has all of them. */
const MOST_SURPRISES = 50;

/** How a cell is called wherever it is told of. */
export function placeOf(cell: CellResult): string {
  return `${cell.configuration} · ${cell.workload} · ${cell.faults}`;
}

function changeLines({ baseline, findings }: Regressions): string[] {
  const heading = ['## Against the baseline', '', `Baseline: ${escaped(baseline)}`, ''];
  if (findings.length === 0) return [...heading, 'No violation in the baseline, and none now.', ''];
  return [
    ...heading,
    '| change | anomaly | where | before | now |',
    '|---|---|---|---|---|',
    ...[...findings]
      .sort(byChange)
      .slice(0, MOST_SURPRISES)
      .map(
        (one) =>
          `| ${escaped(changeText(one))} | ${one.anomaly} | ${escaped(`${one.configuration} · ${one.workload}`)} | ` +
          `${one.before.hits} of ${one.before.runs} runs | ${one.now.hits} of ${one.now.runs} runs |`,
      ),
    '',
  ];
}

function totalsLine({ totals }: CampaignResults): string {
  return Object.entries(totals)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

function outcomeText(cell: CellResult): string {
  if (cell.notApplicable !== null) return `not applicable: ${escaped(cell.notApplicable)}`;
  const parts = Object.entries(cell.outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const missing = cell.planned - cell.runs.length;
  return [...parts, ...(missing > 0 ? [`${missing} not made`] : [])].join(', ');
}

function anomalyText(cell: CellResult): string {
  const percent = (share: number): string => `${Math.round(share * 100)}`;
  return Object.entries(cell.anomalies)
    .map(([name, r]) => `${name} ${r.hits}/${r.runs} (${percent(r.low)}–${percent(r.high)} %)`)
    .join('; ');
}

/** Seconds of load until a violation, on average; none seen: more than so many, with 95 % confidence. */
function timeText({ timeToViolation: { seconds, atLeast }, runs }: CellResult): string {
  if (runs.length === 0) return '';
  return seconds === null ? `> ${atLeast.toFixed(0)} s` : `${seconds.toFixed(0)} s`;
}

/** Values of a history are hostile in Markdown too. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#&!~]/g, (c) => `\\${c}`).replace(/\s+/g, ' ');
}
