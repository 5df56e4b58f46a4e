import { html, page, type Markup } from '../pages/html.ts';
import { table } from '../pages/table.ts';
import { distributionCharts, latencyChart, paretoChart, type Dot } from './charts.ts';
import type { Comparison } from './comparison.ts';
import type { Difference } from './differences.ts';
import type { Measures } from './measures.ts';
import { groupBy } from './run.ts';
import { keptOf } from './strongest.ts';
import {
  LETTER_NOTES,
  lettersText,
  msText,
  outcomesText,
  rateText,
  shareText,
  stalenessText,
  THRESHOLDS,
} from './words.ts';

/** So many names make a title. */
const MOST_NAMED = 3;

/** A comparison as one page. */
export function comparisonPage(comparison: Comparison): string {
  const { configurations, differences, textbook, doubts } = comparison;
  const [first] = configurations;
  const stoodIn = textbook.some(({ standIn }) =>
    configurations.some(({ configuration }) => configuration === standIn),
  );
  const body = html`<h1>
      ${
        configurations.length > MOST_NAMED
          ? `${configurations.length} configurations, side by side`
          : configurations.map((one) => one.configuration).join(' · ')
      }
    </h1>
    <p class="soft">
      Estimates are medians over runs, intervals 95 %. “Not refuted” proves
      nothing: it says that these runs found no counterexample.
    </p>
    ${doubts.map((doubt) => html`<p class="warning"><b>Not to be relied on:</b> ${doubt}.</p>`)}
    ${verdicts(configurations)}
    <h2>What differs from ${first?.configuration ?? 'the first'}</h2>
    ${differencesTable(differences)}
    <h2>PACELC, as measured</h2>
    ${scorecards(configurations)}
    <p class="soft">${THRESHOLDS}</p>
    <p class="soft">${LETTER_NOTES}</p>
    <details${stoodIn ? html` open` : null}>
      <summary>The usual table, for comparison</summary>
      ${table({
        columns: ['system', 'reputed', 'stand-in here', 'measured'],
        rows: textbook.map(({ system, letters, standIn }) => {
          const measured = configurations.find(({ configuration }) => configuration === standIn);
          return [
            system,
            letters,
            standIn,
            measured ? lettersText(measured.scorecard) : 'not in this comparison',
          ];
        }),
      })}
    </details>
    <h2>Consistency against latency and availability</h2>
    ${paretoChart(dotsOf(configurations))}
    <h2>Latency</h2>
    ${distributionCharts(configurations)} ${latencyChart(configurations)} ${figures(configurations)}`;
  return page({ title: 'Comparison · alibi', body });
}

/** A row a configuration: a list of forty figures is no answer to which one to choose. */
function differencesTable(differences: readonly Difference[]): Markup {
  if (differences.length === 0) return html`<p>Nothing, beyond chance.</p>`;
  return table({
    columns: ['configuration', 'what was found', 'availability', 'latency'],
    rows: [...groupBy(differences, ({ configuration }) => configuration)].map(([configuration, of]) => {
      const told = (kind: Difference['kind']) => {
        const texts = of.filter((one) => one.kind === kind).map(({ text }) => html`<div>${text}</div>`);
        return texts.length === 0 ? 'no difference' : texts;
      };
      return [html`<b>${configuration}</b>`, told('found'), told('availability'), told('latency')];
    }),
  });
}

function verdicts(configurations: readonly Measures[]): Markup {
  return table({
    columns: [
      'configuration',
      'runs',
      'outcome',
      'strongest not refuted',
      'weakest refuted',
      'anomalies: share of runs',
      'acknowledged writes lost',
    ],
    rows: configurations.map((one) => [
      html`<b>${one.configuration}</b>`,
      one.runs,
      outcomesText(one),
      one.strength.notRefuted.join(', ') || 'none that was tried',
      one.strength.refuted.join(', ') || '–',
      Object.keys(one.anomalies).length === 0
        ? '–'
        : Object.entries(one.anomalies).map(([name, rate]) => html`<div>${name} ${rateText(rate)}</div>`),
      one.lost.writes === 0 ? '0' : `${one.lost.writes}, in ${rateText(one.lost.runs)} runs`,
    ]),
  });
}

function scorecards(configurations: readonly Measures[]): Markup {
  return table({
    columns: ['configuration', 'letters', 'when partitioned', 'else'],
    rows: configurations.map((one) => [
      html`<b>${one.configuration}</b>`,
      html`<b>${lettersText(one.scorecard)}</b>`,
      one.scorecard.p.evidence,
      one.scorecard.e.evidence,
    ]),
  });
}

function figures(configurations: readonly Measures[]): Markup {
  return table({
    columns: [
      'configuration',
      'available, calm',
      'available, in faults',
      'failover',
      'ok/s, calm',
      'p50 · p99 · p99.9',
      'stale reads; age p50 · p99 · p99.9',
    ],
    rows: configurations.map((one) => [
      html`<b>${one.configuration}</b>`,
      shareText(one.availability.calm),
      shareText(one.availability.faults),
      msText(one.failoverMs),
      one.throughput === null ? '–' : one.throughput.value.toFixed(0),
      one.latency.map(
        ({ f, p50, p99, p999 }) => html`<div>${f} ${msText(p50)} · ${msText(p99)} · ${msText(p999)}</div>`,
      ),
      stalenessText(one.staleness),
    ]),
  });
}

function dotsOf(configurations: readonly Measures[]): Dot[] {
  const tried = new Set(
    configurations.flatMap(({ strength }) => [...strength.notRefuted, ...strength.refuted]),
  );
  return configurations.flatMap(({ configuration, latency, availability, strength }) =>
    latency.length === 0
      ? []
      : [
          {
            configuration,
            ms: Math.max(...latency.map(({ p50 }) => p50.value)),
            kept: keptOf(strength, tried),
            available: availability.faults?.value ?? null,
          },
        ],
  );
}
