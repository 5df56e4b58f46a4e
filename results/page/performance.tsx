import { useMemo, useState } from 'preact/hooks';
import type { Operations } from '../operations.ts';
import type { PageData } from '../page-data.ts';
import { bins, extent, type Bins, type Span } from '../performance.ts';
import { ClusterChart } from './cluster-chart.tsx';
import { Gauges } from './gauges.tsx';
import { count, duration, moment, percent } from './format.ts';
import { drawLatencies } from './latency-points.ts';
import { TimeChart } from './time-chart.tsx';

interface Props {
  readonly data: PageData;
  readonly ops: Operations | null;
}

export function Performance({ data, ops }: Props) {
  return (
    <section id="performance" aria-labelledby="performance-title">
      <h2 id="performance-title">Performance</h2>
      {!ops ? (
        <p class="quiet">Unpacking the history …</p>
      ) : ops.count === 0 ? (
        <p>The history has no operation.</p>
      ) : (
        <Charts data={data} ops={ops} />
      )}
    </section>
  );
}

const FINE = 240;

function Charts({ data, ops }: { readonly data: PageData; readonly ops: Operations }) {
  const whole = useMemo(() => extent(ops), [ops]);
  const [zoomed, setZoomed] = useState<Span | null>(null);
  const span = zoomed ?? whole;
  const series = useMemo(() => bins(ops, span, FINE), [ops, span]);
  const marks = useMemo(
    () =>
      data.anomalies
        .filter((a) => a.status === 'violation')
        .flatMap((a) =>
          a.witness
            .slice(-1)
            .filter((e) => ops.ofEvent[e] >= 0)
            .map((e) => ops.end[ops.ofEvent[e]]),
        ),
    [data, ops],
  );
  const shared = { span, faults: data.faults, marks, onZoom: setZoomed, time: series.time };
  return (
    <>
      <p class="quiet toolbar">
        <span>All charts share one time axis; bands are faults. Drag across a chart to look closer.</span>
        {zoomed && (
          <button type="button" onClick={() => setZoomed(null)}>
            Whole run
          </button>
        )}
      </p>
      <TimeChart
        {...shared}
        title="Latency of each operation, and its median and 99th percentile"
        height={230}
        logarithmic
        unit={(v) => duration(v).replace(/\.0+(?= )/, '')}
        lines={[
          { name: 'p50', color: (t) => t.ink, values: series.p50, format: duration },
          { name: 'p99', color: (t) => t.lines[1], values: series.p99, format: duration },
          { name: 'max', color: () => 'transparent', values: series.max, format: duration },
        ]}
        behind={(plot, theme) => drawLatencies(plot, ops, theme)}
      >
        <p class="legend">
          <span class="key ok">read ok</span> <span class="key write">other ok</span>{' '}
          <span class="key fail">fail</span> <span class="key info">info</span>
        </p>
      </TimeChart>
      <TimeChart
        {...shared}
        title="Completions a second"
        unit={count}
        lines={[
          { name: 'ok', color: (t) => t.write, values: series.ok, format: count, fill: true },
          { name: 'fail', color: (t) => t.fail, values: series.fail, format: count },
          { name: 'info', color: (t) => t.info, values: series.info, format: count },
        ]}
      />
      <TimeChart
        {...shared}
        title="Availability: the part of what was begun that ended ok"
        height={120}
        range={[0, 1.02]}
        unit={(v) => `${Math.round(v * 100)} %`}
        lines={[
          { name: 'available', color: (t) => t.write, values: series.available, format: percent, fill: true },
        ]}
      />
      <ClusterChart data={data} shared={shared} />
      <Gauges gauges={data.gauges} shared={shared} />
      <SeriesTable ops={ops} span={span} />
    </>
  );
}

const ROWS = 40;

function SeriesTable({ ops, span }: { readonly ops: Operations; readonly span: Span }) {
  const [open, setOpen] = useState(false);
  const rows = useMemo<Bins | null>(() => (open ? bins(ops, span, ROWS) : null), [open, ops, span]);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>The charts as a table</summary>
      {rows && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                {['From', 'ok / s', 'fail / s', 'info / s', 'p50', 'p99', 'max', 'Available'].map((name) => (
                  <th scope="col" class="right">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.time.map((t, b) => (
                <tr>
                  <th scope="row" class="right">
                    {moment(t - rows.width / 2, rows.width)}
                  </th>
                  <td class="right">{count(rows.ok[b])}</td>
                  <td class="right">{count(rows.fail[b])}</td>
                  <td class="right">{count(rows.info[b])}</td>
                  {[rows.p50[b], rows.p99[b], rows.max[b]].map((v) => (
                    <td class="right">{v === null ? '–' : duration(v)}</td>
                  ))}
                  <td class="right">{percent(rows.available[b])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
