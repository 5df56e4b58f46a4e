import { relative } from 'node:path';
import { styleText } from 'node:util';
import type { AnomalyStatus, JudgedAnomaly, ResultDocument } from './document.ts';
import { strengthOf } from './compare/strongest.ts';
import type { Outcome } from './outcome.ts';
import { visible } from './visible.ts';

/** One run in a table of several; `expected` says whether it ended as the table's author foretold. */
export interface VerdictRow {
  readonly name: string;
  readonly directory: string;
  readonly document: ResultDocument;
  readonly expected?: boolean;
}

export interface TerminalOptions {
  /** Default: standard output is a terminal, and NO_COLOR is not set. */
  readonly color?: boolean;
}

type Format = Parameters<typeof styleText>[0];
type Paint = (format: Format, text: string) => string;

const TONE: Readonly<Record<Outcome, Format>> = {
  valid: 'green',
  violation: 'red',
  unknown: 'yellow',
  inconclusive: 'yellow',
  error: 'magenta',
};

/** Runs one a line: what was expected, the outcome, where the evidence lies, and what was found. */
export function verdictTable(rows: readonly VerdictRow[], options: TerminalOptions = {}): string {
  const paint = painter(options);
  const foretold = rows.some((row) => row.expected !== undefined);
  const lines = rows.map((row) => [
    row.expected === false ? '✗' : row.expected ? '✓' : '',
    visible(row.name),
    row.document.outcome,
    relative(process.cwd(), row.directory) || '.',
    found(row.document.anomalies) || '–',
  ]);
  const heads = ['', 'run', 'outcome', 'evidence', 'found'];
  const widths = heads.map((head, c) => Math.max(head.length, ...lines.map((line) => line[c].length)));
  const styles: (Format | null)[][] = rows.map((row) => [
    row.expected === false ? 'red' : 'green',
    null,
    TONE[row.document.outcome],
    'dim',
    null,
  ]);
  const line = (cells: readonly string[], formats: readonly (Format | null)[]): string =>
    cells
      .map((cell, c) => {
        const padded = c === cells.length - 1 ? cell : cell.padEnd(widths[c]);
        const format = formats[c];
        return format ? paint(format, padded) : padded;
      })
      .slice(foretold ? 0 : 1)
      .join('  ')
      .trimEnd();
  return [
    line(
      heads,
      heads.map(() => 'dim'),
    ),
    ...lines.map((cells, r) => line(cells, styles[r])),
  ].join('\n');
}

const IN_TABLE: readonly (readonly [AnomalyStatus, string])[] = [
  ['violation', ''],
  ['outside-claim', 'outside the claim: '],
  ['permitted', 'permitted: '],
];

function found(anomalies: readonly JudgedAnomaly[]): string {
  return IN_TABLE.flatMap(([status, before]) => {
    const names = anomalies.filter((a) => a.status === status).map((a) => `${a.name} ${a.count}`);
    return names.length > 0 ? [`${before}${names.join(', ')}`] : [];
  }).join('; ');
}

/** One judged run for a terminal: the outcome, why, and the witness of every anomaly in words. */
export function runSummary(document: ResultDocument, options: TerminalOptions = {}): string {
  const paint = painter(options);
  const told = new Set(document.anomalies.map((a) => `${a.name}: ${a.explanation}`));
  return [
    `${paint('bold', paint(TONE[document.outcome], document.outcome))}  ${paint('dim', visible(document.run))}`,
    ...document.reasons.filter((reason) => !told.has(reason)).map((reason) => `  ${visible(reason)}`),
    ...document.anomalies.flatMap((anomaly) => anomalyLines(anomaly, paint)),
    ...checkLines(document, paint),
  ].join('\n');
}

const MEANING: Readonly<Record<AnomalyStatus, string>> = {
  violation: 'against the claim',
  'outside-claim': 'outside the claim',
  permitted: 'permitted',
};

function anomalyLines(anomaly: JudgedAnomaly, paint: Paint): string[] {
  const times = `${anomaly.count} ${anomaly.count === 1 ? 'time' : 'times'}`;
  const head = `${anomaly.name}  ${times}, ${anomaly.certain ? 'certain' : 'only possible'}, ${MEANING[anomaly.status]}`;
  return [
    '',
    `  ${paint(anomaly.status === 'violation' ? 'red' : 'bold', head)}`,
    `    ${visible(anomaly.explanation)}`,
    paint('dim', `    witness: ${anomaly.witness.map((event) => `#${event}`).join(' ')}`),
  ];
}

function checkLines(document: ResultDocument, paint: Paint): string[] {
  if (document.checks.length === 0) return [];
  const says = document.checks.map((check) => {
    const answer = check.valid === 'unknown' ? 'unknown' : check.valid ? 'holds' : 'does not hold';
    return `${check.checker} ${answer}`;
  });
  const { notRefuted } = strengthOf([{ document }]);
  const strongest = `  strongest model not refuted by this run: ${notRefuted.join(', ')}`;
  return [
    '',
    paint('dim', `  checked: ${says.join(', ')} (${document.checkMs.toFixed(0)} ms)`),
    ...(notRefuted.length === 0 ? [] : [paint('dim', strongest)]),
  ];
}

function painter({ color }: TerminalOptions): Paint {
  const on = color ?? (process.stdout.isTTY && process.env['NO_COLOR'] === undefined);
  return on ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text;
}
