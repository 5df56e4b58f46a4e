import { html, page, type Markup } from '../pages/html.ts';
import { table, word } from '../pages/table.ts';
import type { Rate } from '../statistics/rates.ts';
import type { NightRow } from './nights.ts';
import { trendOf, type Trend } from './trend.ts';

const STEP = 26;
const HEIGHT = 46;
/** So many nights back. */
const MOST = 60;

/** Every campaign name with at least two nights, each as a trend. */
export function trendsPage(nights: readonly NightRow[]): string {
  const names = [...new Set(nights.map(({ name }) => name))].sort();
  const sections = names.flatMap((name) => {
    const trend = trendOf(nights.filter((night) => night.name === name).slice(-MOST));
    return trend === null
      ? []
      : [
          html`<h2>${name}</h2>
            ${trendSection(trend)}`,
        ];
  });
  const body = html`<p><a href="/">All runs</a></p>
    <h1>Trends</h1>
    ${
      sections.length === 0
        ? html`<p>There is no campaign of which two nights came to their end.</p>`
        : sections
    }`;
  return page({ title: 'Trends · alibi', body, live: true });
}

/** Outcomes night by night, then each violation's share of runs. */
export function trendSection(trend: Trend): Markup {
  return html`<p class="soft">
      ${trend.nights.length} nights, ${day(trend.nights[0])} to ${day(trend.nights[trend.nights.length - 1])}.
      The last one is told against all before it.
    </p>
    ${outcomeBars(trend)}
    ${
      trend.findings.length === 0
        ? html`<p>No night showed a violation.</p>`
        : table({
            caption:
              'Violations: share of runs, night by night, whiskers 95 %; gaps are nights that ran nothing of the kind.',
            columns: ['anomaly', 'where', 'nights', { head: 'last', number: true }, 'change'],
            rows: trend.findings.map((one) => [
              one.anomaly,
              `${one.configuration} · ${one.workload}`,
              sparkline(one.shares, trend.nights, one.anomaly),
              shareText(one.shares[one.shares.length - 1]),
              word(one.change),
            ]),
          })
    }`;
}

const ORDER = ['valid', 'violation', 'unknown', 'inconclusive', 'error'];

/** A column a night, by outcome from the ground up. */
function outcomeBars({ nights, outcomes }: Trend): Markup {
  const totals = outcomes.map((counts) => Object.values(counts).reduce((sum, n) => sum + n, 0));
  const most = Math.max(1, ...totals);
  const known = ORDER.filter((outcome) => outcomes.some((counts) => (counts[outcome] ?? 0) > 0));
  const bars = outcomes.map((counts, i) => {
    let y = 100;
    const parts = known.map((outcome) => {
      const height = ((counts[outcome] ?? 0) / most) * 90;
      y -= height;
      return html`<rect
        class="bar-${outcome}"
        x="${i * STEP + 4}"
        y="${px(y)}"
        width="${STEP - 8}"
        height="${px(height)}"
      ></rect>`;
    });
    const words = known.map((outcome) => `${counts[outcome] ?? 0} ${outcome}`).join(', ');
    return html`<g><title>${day(nights[i])}: ${words}</title>${parts}</g>`;
  });
  const width = nights.length * STEP;
  return html`<svg
      viewBox="0 0 ${width} 104"
      width="${width}"
      role="img"
      aria-label="Runs by outcome, night by night"
    >
      <line class="axis" x1="0" x2="${width}" y1="100.5" y2="100.5"></line>
      ${bars}
    </svg>
    <p class="soft">
      ${known.map((outcome) => html`<span class="swatch bar-${outcome}"></span> ${outcome} `)}
    </p>`;
}

function sparkline(shares: readonly (Rate | null)[], nights: readonly string[], name: string): Markup {
  const y = (rate: number): number => 5 + (1 - rate) * (HEIGHT - 10);
  const width = nights.length * STEP;
  const x = (i: number): number => i * STEP + STEP / 2;
  const line = shares.flatMap((share, i) => (share === null ? [] : [`${px(x(i))},${px(y(share.rate))}`]));
  const dots = shares.map((share, i) =>
    share === null
      ? null
      : html`<g
          ><title>${day(nights[i])}: ${share.hits} of ${share.runs} runs</title
          ><line
            x1="${px(x(i))}"
            x2="${px(x(i))}"
            y1="${px(y(share.low))}"
            y2="${px(y(share.high))}"
            stroke="var(--soft)"
            stroke-opacity="0.5"
          ></line
          ><circle
            cx="${px(x(i))}"
            cy="${px(y(share.rate))}"
            r="4"
            fill="${share.hits > 0 ? 'var(--violation)' : 'var(--valid)'}"
          ></circle
        ></g>`,
  );
  return html`<svg
    viewBox="0 0 ${width} ${HEIGHT}"
    width="${width}"
    role="img"
    aria-label="${name}, night by night"
  >
    <line class="axis" x1="0" x2="${width}" y1="${HEIGHT - 5}" y2="${HEIGHT - 5}"></line>
    <polyline points="${line.join(' ')}" fill="none" stroke="var(--soft)"></polyline>
    ${dots}
  </svg>`;
}

const day = (startedAt: string): string => startedAt.slice(0, 16).replace('T', ' ');

const px = (value: number): string => value.toFixed(1);

function shareText(share: Rate | null): string {
  return share === null ? 'not run' : `${share.hits} of ${share.runs}`;
}
