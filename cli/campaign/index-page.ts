import { html, page, type Markup } from '../../results/pages/html.ts';
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
    <div class="scroll">
      <table>
        <caption>
          A row a configuration, workload and fault. Shares are of runs, with 95 % intervals.
        </caption>
        <thead>
          <tr>
            <th scope="col">configuration</th>
            <th scope="col">workload</th>
            <th scope="col">faults</th>
            <th scope="col">outcome</th>
            <th scope="col">anomalies</th>
            <th scope="col">runs</th>
          </tr>
        </thead>
        <tbody>
          ${results.cells.map((cell) => cellRow(cell, reports))}
        </tbody>
      </table>
    </div>`;
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
    <div class="scroll">
      <table>
        <caption>
          Every violation of
          <code>${baseline}</code>
          or of this campaign, as shares of runs.
        </caption>
        <thead>
          <tr>
            <th scope="col">change</th>
            <th scope="col">anomaly</th>
            <th scope="col">where</th>
            <th scope="col" class="number">before</th>
            <th scope="col" class="number">now</th>
            <th scope="col">under</th>
          </tr>
        </thead>
        <tbody>
          ${[...findings].sort(byChange).map(
            (one) =>
              html`<tr>
                <td class="outcome ${one.change}">${changeText(one)}</td>
                <td>${one.anomaly}</td>
                <td>${one.configuration} · ${one.workload}</td>
                <td class="number">${one.before.hits} of ${one.before.runs}</td>
                <td class="number">${one.now.hits} of ${one.now.runs}</td>
                <td>${one.faults.join('; ')}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function cellRow(cell: CellResult, reports: ReadonlySet<string>): Markup {
  const outcomes =
    cell.notApplicable === null
      ? Object.entries(cell.outcomes).map(
          ([outcome, count]) => html`<span class="outcome ${outcome}">${count} ${outcome}</span> `,
        )
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
  return html`<tr>
    <td>${cell.configuration}</td>
    <td>${cell.workload}</td>
    <td>${cell.faults}</td>
    <td>${outcomes}</td>
    <td>${anomalies}</td>
    <td>${links}</td>
  </tr>`;
}

function linkTo(key: string, reports: ReadonlySet<string>): Markup | null {
  return reports.has(key) ? html`<a href="runs/${key}/report.html">report</a>` : null;
}
