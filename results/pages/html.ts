import { createHash } from 'node:crypto';

/** Markup that is safe to stand in a page: made by {@link html} only. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | null | readonly Part[];

/** Markup with values in it: strings are escaped, whatever they come from; markup goes in as it is; null is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, literal, i) => text + textOf(values[i - 1]) + literal));
}

function textOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return escapeHtml(String(part));
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** JSON inside a script element, which no parser can leave: `<` never appears. */
export function embedded(id: string, value: unknown): Markup {
  const json = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(`<script type="application/json" id="${escapeHtml(id)}">${json}</script>`);
}

export interface PageParts {
  readonly title: string;
  readonly body: Markup;
  /** The page's own program, if it has one. */
  readonly script?: string;
  /** May the page ask its own server (live views)? A page on disk may not. */
  readonly live?: boolean;
}

/** A whole page of one file: no network, no script but its own. */
export function page({ title, body, script = '', live = false }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(STYLE)}'`,
    ...(script === '' ? [] : [`script-src '${hashOf(script)}'`]),
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    `form-action ${live ? "'self'" : "'none'"}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>${body.text}</main>
${script === '' ? '' : `<script>${script}</script>`}
</body>
</html>
`;
}

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

/** One style for every page that is not a report: quiet, wide tables, both colour schemes, print. */
const STYLE = `
:root { --ink: #1c2430; --soft: #5a6675; --line: #d5dbe3; --paper: #fff; --band: #f3f5f8; --link: #0b57c4;
  --valid: #14703a; --violation: #b3201c; --doubt: #8a5a00; --error: #7a2a8f;
  --c0: #1f6feb; --c1: #c2410c; --c2: #0f766e; --c3: #7e22ce; --c4: #a16207; --c5: #be185d; --c6: #475569; --c7: #15803d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #9aa7b8; --line: #364152; --paper: #12171f;
  --band: #1a212c; --link: #7ab0ff; --valid: #5cc98a; --violation: #ff8a80; --doubt: #e5b454; --error: #d59bea;
  --c0: #6ea8fe; --c1: #fb923c; --c2: #5eead4; --c3: #c4a2fb; --c4: #facc15; --c5: #f9a8d4; --c6: #a8b4c4; --c7: #86efac; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 6px; }
h2 { font-size: 19px; margin: 34px 0 8px; }
h3 { font-size: 16px; margin: 22px 0 6px; }
p { margin: 6px 0; max-width: 90ch; }
.soft { color: var(--soft); }
a { color: var(--link); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
table.narrow { width: auto; min-width: 420px; }
caption { text-align: left; color: var(--soft); padding: 4px 0; }
th, td { text-align: left; vertical-align: top; padding: 6px 10px; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tbody tr:hover { background: var(--band); }
.outcome { font-weight: 600; white-space: nowrap; }
.nowrap { white-space: nowrap; }
.valid, .fixed, .better, .as-expected { color: var(--valid); }
.violation, .new, .worse, .not-as-expected { color: var(--violation); }
.warning { border-left: 4px solid var(--doubt); background: var(--band); padding: 8px 12px; }
.scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.broken, .not-judged, .running, .unknown, .inconclusive, .flaky, .not-run { color: var(--doubt); }
.error { color: var(--error); }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 14px 0; }
.card { border: 1px solid var(--line); border-radius: 6px; padding: 10px 14px; min-width: 120px; }
.card b { display: block; font-size: 22px; line-height: 1.2; }
code, .mono { font: 13px/1.45 ui-monospace, monospace; }
pre { background: var(--band); padding: 10px 12px; border-radius: 6px; overflow-x: auto; }
button, input, select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 5px; padding: 5px 9px; }
button { cursor: pointer; }
th button { border: 0; padding: 0; font-weight: 600; color: var(--soft); background: none; }
.tools { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; margin: 12px 0; }
.panels { display: flex; flex-wrap: wrap; gap: 10px 24px; }
.legend svg { margin-left: 12px; }
svg { max-width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .axis { stroke: var(--line); fill: none; }
svg .label { fill: var(--soft); }
.bar-valid { fill: var(--valid); background: var(--valid); }
.bar-violation { fill: var(--violation); background: var(--violation); }
.bar-unknown, .bar-inconclusive { fill: var(--doubt); background: var(--doubt); }
.bar-error { fill: var(--error); background: var(--error); }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-left: 8px; }
@media print { main { max-width: none; padding: 0; } .tools { display: none; } }
`;
