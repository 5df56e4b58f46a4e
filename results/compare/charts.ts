import { CURVE } from '../../checkers/performance/series.ts';
import { html, type Markup } from '../pages/html.ts';
import type { Measures } from './measures.ts';
import { digits } from './words.ts';

const WIDTH = 760;
const COLOURS = 8;

/** The colour of the i-th configuration, the same in every chart of a page. */
export function colour(i: number): string {
  return `var(--c${i % COLOURS})`;
}

/** A scale of decades: ms → x. */
function decades(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.max(0.01, Math.min(...values))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const x = (ms: number) => from + ((Math.log10(Math.max(ms, 10 ** low)) - low) / (high - low)) * (to - from);
  return { x, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}

/** Latency of each configuration by operation: p50, p99 and p99.9 on one line, over a logarithmic axis. */
export function latencyChart(configurations: readonly Measures[]): Markup | null {
  const rows = configurations.flatMap((one, i) => one.latency.map((latency) => ({ i, one, latency })));
  if (rows.length === 0) return null;
  rows.sort((a, b) => (a.latency.f < b.latency.f ? -1 : a.latency.f > b.latency.f ? 1 : a.i - b.i));
  const height = rows.length * 22 + 40;
  const values = rows.flatMap(({ latency }) => [latency.p50.value, latency.p999.value]);
  const { x, ticks } = decades(values, 300, WIDTH - 30);
  const lines = rows.map(({ i, one, latency: { f, p50, p99, p999 } }, row) => {
    const y = 20 + row * 22;
    const title = `${one.configuration}, ${f}: p50 ${digits(p50.value)} ms, p99 ${digits(p99.value)} ms, p99.9 ${digits(p999.value)} ms`;
    return html`<g>
      <title>${title}</title>
      <text x="290" y="${y + 4}" text-anchor="end">${shortened(one.configuration)} · ${f}</text>
      <line
        x1="${px(x(p50.value))}"
        x2="${px(x(p999.value))}"
        y1="${y}"
        y2="${y}"
        stroke="${colour(i)}"
        stroke-width="2"
      ></line>
      <circle cx="${px(x(p50.value))}" cy="${y}" r="5" fill="${colour(i)}"></circle>
      <rect x="${px(x(p99.value) - 3)}" y="${y - 6}" width="6" height="12" fill="${colour(i)}"></rect>
      <circle
        cx="${px(x(p999.value))}"
        cy="${y}"
        r="3"
        fill="none"
        stroke="${colour(i)}"
        stroke-width="2"
      ></circle>
    </g>`;
  });
  return html`<svg
      viewBox="0 0 ${WIDTH} ${height}"
      width="${WIDTH}"
      role="img"
      aria-label="Latency by configuration and operation"
    >
      ${ticks.map(
        (ms) =>
          html`<line class="axis" x1="${px(x(ms))}" x2="${px(x(ms))}" y1="8" y2="${height - 24}"></line>
            <text class="label" x="${px(x(ms))}" y="${height - 8}" text-anchor="middle">${ms} ms</text>`,
      )}
      ${lines}
    </svg>
    <p class="soft">● p50 · ▮ p99 · ○ p99.9, medians over runs.</p>`;
}

const PANEL = { width: 372, height: 230, left: 62, right: 28, top: 26, bottom: 34 } as const;

/** The distributions of one kind of operation over each other, a line a configuration, the tail drawn out. */
export function distributionCharts(configurations: readonly Measures[]): Markup | null {
  const functions = [...new Set(configurations.flatMap((one) => one.latency.map(({ f }) => f)))].sort();
  const panels = functions.flatMap((f) => {
    const lines = configurations.flatMap((one, i) => {
      const curve = one.latency.find((latency) => latency.f === f)?.curve ?? [];
      return curve.length === 0 ? [] : [{ i, name: one.configuration, curve }];
    });
    return lines.length === 0 ? [] : [distributionPanel(f, lines)];
  });
  if (panels.length === 0) return null;
  return html`<div class="panels">${panels}</div>
    <p class="legend">
      ${configurations.map(
        ({ configuration }, i) =>
          html`<svg width="14" height="10" aria-hidden="true">
              <rect width="14" height="4" y="3" fill="${colour(i)}"></rect>
            </svg>
            ${shortened(configuration)} `,
      )}
    </p>
    <p class="soft">Latency below which each share of the operations stayed; medians over runs.</p>`;
}

interface Distribution {
  readonly i: number;
  readonly name: string;
  /** ms at each of {@link CURVE}. */
  readonly curve: readonly number[];
}

/** Each further nine takes the same room, as HdrHistogram draws it. */
const nines = (q: number): number => -Math.log10(1 - q);

function distributionPanel(f: string, lines: readonly Distribution[]): Markup {
  const { width, height, left, right, top, bottom } = PANEL;
  const most = nines(CURVE[CURVE.length - 1]);
  const x = (q: number): number => left + (nines(q) / most) * (width - left - right);
  const { x: up, ticks } = decades(
    lines.flatMap(({ curve }) => [...curve]),
    height - bottom,
    top,
  );
  return html`<svg
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    role="img"
    aria-label="Latency distribution of ${f} by configuration"
  >
    <text x="${left}" y="15">${f}</text>
    ${ticks.map(
      (ms) =>
        html`<line
            class="axis"
            x1="${left}"
            x2="${width - right}"
            y1="${px(up(ms))}"
            y2="${px(up(ms))}"
          ></line>
          <text class="label" x="${left - 8}" y="${px(up(ms) + 4)}" text-anchor="end">${ms} ms</text>`,
    )}
    ${[0.5, 0.9, 0.99, 0.999].map(
      (q) =>
        html`<line class="axis" x1="${px(x(q))}" x2="${px(x(q))}" y1="${top}" y2="${height - bottom}"></line>
          <text class="label" x="${px(x(q))}" y="${height - bottom + 18}" text-anchor="middle"
            >${Number((q * 100).toFixed(1))} %</text
          >`,
    )}
    ${lines.map(
      ({ i, name, curve }) =>
        html`<polyline
          points="${curve.map((ms, at) => `${px(x(CURVE[at]))},${px(up(ms))}`).join(' ')}"
          fill="none"
          stroke="${colour(i)}"
          stroke-width="2"
          ><title>${name}</title></polyline
        >`,
    )}
  </svg>`;
}

/** A configuration in the Pareto chart: what it costs and what it keeps. */
export interface Dot {
  readonly configuration: string;
  /** Median latency of its slowest kind of operation, ms. */
  readonly ms: number;
  /** The share of tried guarantees that still stand. */
  readonly kept: number;
  /** Availability during faults, null: none was dealt. */
  readonly available: number | null;
}

/** Nobody is both faster and at least as consistent: worth choosing, whatever matters more to you. */
export function paretoFront(dots: readonly Dot[]): Dot[] {
  return dots.filter(
    (dot) =>
      !dots.some(
        (other) =>
          other.ms <= dot.ms && other.kept >= dot.kept && (other.ms < dot.ms || other.kept > dot.kept),
      ),
  );
}

/** Guarantees kept against latency; the size of a dot is availability during faults. */
export function paretoChart(dots: readonly Dot[]): Markup | null {
  if (dots.length === 0) return null;
  const height = 320;
  const { x, ticks } = decades(
    dots.map(({ ms }) => ms),
    60,
    WIDTH - 220,
  );
  const y = (kept: number) => 20 + (1 - kept) * (height - 70);
  const front = new Set(paretoFront(dots));
  // Names beside the chart, in the order of the dots, so that dots that coincide can still be told apart.
  const names = [...dots].sort((a, b) => b.kept - a.kept || a.ms - b.ms);
  return html`<svg
      viewBox="0 0 ${WIDTH} ${height}"
      width="${WIDTH}"
      role="img"
      aria-label="Guarantees kept against latency"
    >
      ${ticks.map(
        (ms) =>
          html`<line class="axis" x1="${px(x(ms))}" x2="${px(x(ms))}" y1="14" y2="${height - 44}"></line>
            <text class="label" x="${px(x(ms))}" y="${height - 28}" text-anchor="middle">${ms} ms</text>`,
      )}
      ${[0, 0.5, 1].map(
        (kept) =>
          html`<line class="axis" x1="60" x2="${WIDTH - 220}" y1="${px(y(kept))}" y2="${px(y(kept))}"></line>
            <text class="label" x="52" y="${px(y(kept) + 4)}" text-anchor="end">${kept * 100} %</text>`,
      )}
      <text class="label" x="60" y="${height - 8}">median latency of the slowest operation →</text>
      ${dots.map((dot) => {
        const i = dots.indexOf(dot);
        const r = 5 + 7 * (dot.available ?? 0);
        return html`<circle
          cx="${px(x(dot.ms))}"
          cy="${px(y(dot.kept))}"
          r="${px(r)}"
          fill="${colour(i)}"
          fill-opacity="${front.has(dot) ? '0.9' : '0.3'}"
          stroke="${colour(i)}"
          ><title>${dotTitle(dot)}</title></circle
        >`;
      })}
      ${names.map((dot, row) => {
        const i = dots.indexOf(dot);
        return html`<circle cx="${WIDTH - 196}" cy="${22 + row * 20}" r="5" fill="${colour(i)}"></circle
          ><text x="${WIDTH - 184}" y="${26 + row * 20}">${shortened(dot.configuration)}</text>`;
      })}
    </svg>
    <p class="soft">
      Up: guarantees that were tried and not refuted. Size: availability during faults. Solid: no other
      configuration is both faster and at least as consistent.
    </p>`;
}

function dotTitle({ configuration, ms, kept, available }: Dot): string {
  const service =
    available === null ? 'no faults dealt' : `${Math.round(available * 100)} % available in faults`;
  return `${configuration}: ${digits(ms)} ms, ${Math.round(kept * 100)} % of guarantees kept, ${service}`;
}

const px = (value: number): string => value.toFixed(1);

function shortened(name: string): string {
  return name.length > 30 ? `${name.slice(0, 29)}…` : name;
}
