import type uPlot from 'uplot';
import { visible } from '../visible.ts';
import { clusterRows, type ClusterRow, type State } from '../cluster-timeline.ts';
import type { PageData } from '../page-data.ts';
import { moment } from './format.ts';
import type { Shared } from './gauges.tsx';
import { TimeChart } from './time-chart.tsx';
import type { Theme } from './theme.ts';

const ROW = 20;
const FEET = 34;

const WORDS: Readonly<Record<State, string>> = {
  primary: 'took writes',
  down: 'down',
  paused: 'paused',
  disturbed: 'disturbed',
  cut: 'cut',
  slow: 'slow or lossy',
};

function colorOf(state: State, theme: Theme): string {
  switch (state) {
    case 'primary':
      return theme.write;
    case 'down':
    case 'cut':
      return theme.guilty;
    case 'paused':
    case 'disturbed':
    case 'slow':
      return theme.info;
  }
}

/** Nodes and links over the run: who took writes, who was down, who could not hear whom. */
export function ClusterChart({ data, shared }: { readonly data: PageData; readonly shared: Shared }) {
  const rows = clusterRows(data.nodes, data.roles, data.faults, shared.span.to);
  if (rows.every(({ stretches }) => stretches.length === 0)) return null;
  // The first row is the highest.
  const at = (row: number): number => rows.length - row - 0.5;
  const states = new Set(rows.flatMap(({ stretches }) => stretches.map(({ state }) => state)));
  return (
    <>
      <TimeChart
        {...shared}
        title="The cluster: who took writes, who was down, and which link carried nothing"
        time={[shared.span.from, shared.span.to]}
        lines={[]}
        height={rows.length * ROW + FEET}
        range={[0, rows.length]}
        unit={String}
        labels={rows.map(({ name }, row) => ({ at: at(row), text: visible(name) }))}
        behind={(plot, theme) => drawRows(plot, rows, at, theme)}
      >
        <p class="legend">
          {(Object.keys(WORDS) as State[])
            .filter((state) => states.has(state))
            .map((state) => (
              <span class={`key state-${state}`}>{WORDS[state]}</span>
            ))}
        </p>
      </TimeChart>
      <StateTable rows={rows} />
    </>
  );
}

function drawRows(plot: uPlot, rows: readonly ClusterRow[], at: (row: number) => number, theme: Theme): void {
  const { ctx, bbox } = plot;
  const unit = bbox.height / rows.length;
  const x = (time: number): number =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(time, 'x', true)));
  ctx.save();
  rows.forEach((row, i) => {
    const y = plot.valToPos(at(i), 'y', true);
    ctx.fillStyle = theme.line;
    ctx.fillRect(bbox.left, y - 1, bbox.width, 2);
    for (const { state, from, to } of row.stretches) {
      const [x0, x1] = [x(from), x(to)];
      if (x1 <= x0) continue;
      const thick = state === 'primary' ? unit * 0.26 : row.link ? unit * 0.5 : unit * 0.62;
      ctx.fillStyle = colorOf(state, theme);
      ctx.globalAlpha = state === 'primary' || row.link ? 1 : 0.8;
      ctx.fillRect(x0, y - thick / 2, Math.max(2, x1 - x0), thick);
      ctx.globalAlpha = 1;
    }
  });
  ctx.restore();
}

function StateTable({ rows }: { readonly rows: readonly ClusterRow[] }) {
  return (
    <details>
      <summary>The cluster as a table</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Node or link</th>
              <th scope="col">State</th>
              <th scope="col">By</th>
              <th scope="col" class="right">
                From
              </th>
              <th scope="col" class="right">
                To
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.flatMap(({ name, stretches }) =>
              stretches.map(({ state, from, to, by }) => (
                <tr>
                  <th scope="row">{visible(name)}</th>
                  <td>{WORDS[state]}</td>
                  <td>{visible(by)}</td>
                  <td class="right">{moment(from)}</td>
                  <td class="right">{moment(to)}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}
