import { html, page, type Markup } from '../../results/pages/html.ts';
import { table, word, type Cell } from '../../results/pages/table.ts';
import { trendSection } from '../../results/trends/page.ts';
import type { Trend } from '../../results/trends/trend.ts';
import { byChange, changeText, type Regressions } from './regressions.ts';
import { placeOf, type CampaignResults, type CellResult } from './summary.ts';

/** The campaign's `index.html`: what is new, what came otherwise than expected, then every cell with its runs. */
export function campaignPage(
  results: CampaignResults,
  regressions: Regressions | null,
  reports: ReadonlySet<string>,
  trend: Trend | null = null,
): string {
  const surprises = results.cells.flatMap((cell) => cell.surprises.map((surprise) => ({ cell, surprise })));
  const body = html`<h1>${results.name}</h1>
    <div class="cards">${totals(results)}</div>
    ${regressions === null ? null : changesSection(regressions)}
    ${surprises.length === 0 ? html`<p>Everything came as expected.</p>` : null}
    ${
      surprises.length === 0
        ? null
        : html`<h2>Not as expected (${surprises.length})</h2>
            <ul>
              ${surprises.map(
                ({ cell, surprise }) =>
                  html`<li>
                    <b>${placeOf(cell)}</b>, seed ${surprise.seed}: ${surprise.why}
                    ${linkTo(surprise.key, reports)}
                  </li>`,
              )}
            </ul>`
    }
    ${
      trend === null
        ? null
        : html`<h2>Over the nights</h2>
            ${trendSection(trend)}`
    }
    <h2>Cells</h2>
    ${table({
      caption: 'A row a configuration, workload and fault. Shares are of runs, with 95 % intervals.',
      columns: ['configuration', 'workload', 'faults', 'outcome', 'anomalies', 'runs'],
      rows: results.cells.map((cell) => cellRow(cell, reports)),
    })}`;
  return page({ title: `${results.name} · alibi`, body });
}

function totals({ totals: counts }: CampaignResults): Markup[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => html`<div class="card"><b class="${outcome}">${count}</b>${outcome}</div>`);
}

function changesSection({ baseline, findings }: Regressions): Markup {
  if (findings.length === 0)
    return html`<h2>Against the baseline</h2>
      <p>No violation in <code>${baseline}</code>, and none now.</p>`;
  return html`<h2>Against the baseline</h2>
    ${table({
      caption: html`Every violation of <code>${baseline}</code> or of this campaign, as shares of runs.`,
      columns: [
        'change',
        'anomaly',
        'where',
        { head: 'before', number: true },
        { head: 'now', number: true },
        'under',
      ],
      rows: [...findings]
        .sort(byChange)
        .map((one) => [
          word(changeText(one), one.change),
          one.anomaly,
          `${one.configuration} · ${one.workload}`,
          `${one.before.hits} of ${one.before.runs}`,
          `${one.now.hits} of ${one.now.runs}`,
          one.faults.join('; '),
        ]),
    })}`;
}

function cellRow(cell: CellResult, reports: ReadonlySet<string>): Cell[] {
  const outcomes =
    cell.notApplicable === null
      ? Object.entries(cell.outcomes).map(([outcome, count]) => word(`${count} ${outcome} `, outcome))
      : html`<span class="soft">not applicable: ${cell.notApplicable}</span>`;
  const percent = (share: number) => Math.round(share * 100);
  const anomalies = Object.entries(cell.anomalies).map(
    ([name, r]) =>
      html`<div>
        ${name} ${r.hits}/${r.runs} <span class="soft">${percent(r.low)}–${percent(r.high)} %</span>
      </div>`,
  );
  const links = cell.runs
    .filter(({ key }) => reports.has(key))
    .map(({ key, seed }) => html`<a href="runs/${key}/report.html">seed ${seed}</a> `);
  return [cell.configuration, cell.workload, cell.faults, outcomes, anomalies, links];
}

function linkTo(key: string, reports: ReadonlySet<string>): Markup | null {
  return reports.has(key) ? html`<a href="runs/${key}/report.html">report</a>` : null;
}
