import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FaultWindow, PhaseMark } from '../harness/history/fault.ts';
import { NEMESIS, type Json } from '../harness/history/event.ts';
import { FAIL, INFO, INVOKE, OK, type History } from '../harness/history/history.ts';
import { writeAtomically } from './atomic-write.ts';
import { strengthOf } from './compare/strongest.ts';
import { byWeight, type CheckSummary, type JudgedAnomaly } from './document.ts';
import { drawGraphs } from './drawing.ts';
import { gaugesOf, rolesOf } from './gauges.ts';
import type { Outcome } from './outcome.ts';
import { packHistory } from './packed-history.ts';
import { pageAssets } from './page-assets.ts';
import type { Counts, PageData, ReportClaim, ReportCommand, ReportLog, Twin } from './page-data.ts';

/** Everything a report shows. */
export interface ReportInput {
  /** What was examined, e.g. `postgres:async · set`, or the name of a history file. */
  readonly title: string;
  /** The run's name, seed, when it began: whatever identifies it. */
  readonly subtitle?: string;
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  /** Null for a history that came without a claim. */
  readonly claim: ReportClaim | null;
  /** What a history without a claim was judged by (`--consistency`). */
  readonly asked?: readonly string[];
  readonly anomalies: readonly JudgedAnomaly[];
  readonly checks?: readonly CheckSummary[];
  readonly history: History;
  readonly faultWindows: readonly FaultWindow[];
  readonly phases: readonly PhaseMark[];
  /** The cluster's nodes, where they are known. */
  readonly nodes?: readonly string[];
  /** Sections of names and values: configuration, settings, versions, environment. */
  readonly config: { readonly [section: string]: { readonly [name: string]: Json } };
  readonly commands: readonly ReportCommand[];
  readonly logs: readonly ReportLog[];
  readonly twin?: Twin | null;
}

/** Writes the report as one HTML file that needs no network and no other file. */
export async function writeReport(path: string, input: ReportInput): Promise<void> {
  await writeAtomically(path, await renderReport(input));
}

/**
 * The report's HTML. Values of the history are hostile: they travel as JSON and packed bytes, never as markup, and
 * the policy lets no script run but the page's own.
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const anomalies = [...input.anomalies].sort(byWeight);
  const [{ script, style }, drawings] = await Promise.all([
    pageAssets(),
    drawGraphs(anomalies.map(({ evidence }) => (typeof evidence?.dot === 'string' ? evidence.dot : null))),
  ]);
  const packed = gzipSync(packHistory(input.history), { level: 3 }).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(`${input.outcome} · ${input.title} · alibi`)}</title>
<style>${style}</style>
</head>
<body>
<div id="report"><noscript><h1>${escapeHtml(input.outcome)}</h1>${paragraphs(input)}<p>The rest of this report needs JavaScript.</p></noscript></div>
<script type="application/json" id="alibi-summary">${embedJson(pageData({ ...input, anomalies }, drawings))}</script>
<script>${script}</script>
<script type="text/plain" id="alibi-history">${packed}</script>
</body>
</html>
`;
}

function pageData(input: ReportInput, drawings: PageData['drawings']): PageData {
  return {
    title: input.title,
    subtitle: input.subtitle ?? '',
    outcome: input.outcome,
    reasons: input.reasons,
    claim: input.claim,
    asked: input.asked ?? [],
    anomalies: input.anomalies,
    drawings,
    checks: input.checks ?? [],
    strongest: strengthOf([{ document: { checks: input.checks ?? [], anomalies: input.anomalies } }])
      .notRefuted,
    faults: input.faultWindows,
    phases: input.phases,
    gauges: gaugesOf(input.history, input.faultWindows),
    nodes: input.nodes ?? [],
    roles: rolesOf(input.history),
    config: input.config,
    commands: input.commands,
    logs: input.logs,
    twin: input.twin ?? null,
    counts: countsOf(input.history),
  };
}

function countsOf(history: History): Counts {
  const by = [0, 0, 0, 0];
  for (let i = 0; i < history.length; i++) if (history.process[i] !== NEMESIS) by[history.type[i]]++;
  const completed = by[OK] + by[FAIL] + by[INFO];
  return {
    events: history.length,
    operations: by[INVOKE],
    ok: by[OK],
    fail: by[FAIL],
    info: by[INFO],
    open: by[INVOKE] - completed,
  };
}

/** JSON that no HTML parser can leave: `<` never appears, nor what JavaScript's older line ends would break. */
function embedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function paragraphs(input: ReportInput): string {
  const sentences = [...input.anomalies].sort(byWeight).map((a) => `${a.name}: ${a.explanation}`);
  return [...input.reasons, ...sentences].map((s) => `<p>${escapeHtml(s)}</p>`).join('');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
