import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { FaultWindow } from '../../harness/history/fault.ts';
import type { Span } from '../performance.ts';
import { useTheme, type Theme } from './theme.ts';
import { useWidth } from './use-width.ts';

export interface Line {
  readonly name: string;
  readonly color: (theme: Theme) => string;
  /** Null breaks the line, undefined is passed over. */
  readonly values: readonly (number | null | undefined)[];
  /** Shown in the legend. */
  readonly format: (value: number) => string;
  readonly fill?: boolean;
  /** A line that keeps its value until the next one, with a dot at each. */
  readonly stepped?: boolean;
}

/** Names for the values of the vertical axis, which are then rows: `at` 0 is the lowest. */
export interface Label {
  readonly at: number;
  readonly text: string;
}

interface Props {
  readonly title: string;
  readonly time: readonly number[];
  readonly lines: readonly Line[];
  readonly span: Span;
  readonly faults: readonly FaultWindow[];
  readonly marks: readonly number[];
  readonly onZoom: (span: Span | null) => void;
  readonly logarithmic?: boolean;
  readonly range?: readonly [number, number];
  readonly unit: (value: number) => string;
  readonly height?: number;
  /** Rows instead of a scale of numbers. */
  readonly labels?: readonly Label[];
  /** Draws behind the lines, in the plot's canvas pixels. */
  readonly behind?: (plot: uPlot, theme: Theme) => void;
  /** Draws before everything. */
  readonly before?: (plot: uPlot, theme: Theme) => void;
  readonly children?: ComponentChildren;
}

/** Room for the vertical axis, so that the time axes of all charts stand below each other. */
const AXIS = 64;

/** A chart over the run's time; all of a page share cursor and stretch, and show the faults behind. */
export function TimeChart(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const theme = useTheme();
  useEffect(() => {
    if (!place.current || width === 0) return;
    const plot = new uPlot(
      options(props, width, theme),
      [[...props.time], ...props.lines.map((l) => [...l.values])],
      place.current,
    );
    return () => plot.destroy();
  });
  return (
    <figure class="chart">
      <figcaption>{props.title}</figcaption>
      <div
        ref={place}
        class="plot"
        style={{ minHeight: `${(props.height ?? 170) + 26}px` }}
        role="img"
        aria-label={`${props.title}. The same figures stand in the table below.`}
      />
      {props.children}
    </figure>
  );
}

function options(props: Props, width: number, theme: Theme): uPlot.Options {
  const axis = {
    stroke: theme.quiet,
    grid: { stroke: theme.line, width: 1 },
    ticks: { stroke: theme.line, width: 1 },
    font: '11px ui-monospace, monospace',
  };
  return {
    width,
    height: props.height ?? 170,
    cursor: { sync: { key: 'run' }, drag: { x: true, y: false, setScale: false }, points: { show: false } },
    scales: {
      x: { time: false, range: [props.span.from, props.span.to] },
      y: { distr: props.logarithmic ? 3 : 1, range: yRange(props) },
    },
    axes: [
      { ...axis, size: 30, values: (_, ticks) => ticks.map((t) => seconds(t, props.span)) },
      {
        ...axis,
        size: AXIS,
        values: (_, ticks) => ticks.map((t) => (t === null ? '' : props.unit(t))),
        ...(props.labels ? rowsOf(props.labels) : {}),
        ...(props.logarithmic
          ? {
              filter: powersOfTen,
              grid: { ...axis.grid, filter: powersOfTen },
              ticks: { ...axis.ticks, filter: powersOfTen },
            }
          : {}),
      },
    ],
    series: [
      {
        label: 'at',
        value: (_, t) =>
          t === null ? '' : seconds(t, { from: 0, to: (props.span.to - props.span.from) / 50 }),
      },
      ...props.lines.map((line): uPlot.Series => {
        const color = line.color(theme);
        return {
          label: line.name,
          stroke: color,
          width: line.stepped ? 1 : 1.5,
          points: line.stepped ? { show: true, size: 6, width: 0, fill: color } : { show: false },
          spanGaps: line.stepped ?? false,
          ...(line.stepped && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
          value: (_, v) => (v === null ? '' : line.format(v)),
          ...(line.fill ? { fill: `color-mix(in srgb, ${color} 22%, transparent)` } : {}),
        };
      }),
    ],
    legend: { show: props.lines.length > 0 },
    hooks: {
      drawClear: [
        (plot) => {
          drawBands(plot, props.faults, theme);
          props.behind?.(plot, theme);
        },
      ],
      draw: [
        (plot) => {
          drawMarks(plot, props.marks, theme);
          props.before?.(plot, theme);
        },
      ],
      setSelect: [
        (plot) => {
          if (plot.select.width < 3) return;
          const from = plot.posToVal(plot.select.left, 'x');
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x');
          props.onZoom({ from, to });
        },
      ],
      ready: [(plot) => plot.over.addEventListener('dblclick', () => props.onZoom(null))],
    },
  };
}

function rowsOf(labels: readonly Label[]): Partial<uPlot.Axis> {
  return {
    splits: () => labels.map(({ at }) => at),
    values: () => labels.map(({ text }) => text),
    grid: { show: false },
    ticks: { show: false },
  };
}

function yRange(props: Props): uPlot.Scale.Range {
  if (props.range) return [props.range[0], props.range[1]];
  if (props.logarithmic)
    return (_, min, max) => [
      10 ** Math.floor(Math.log10(Math.max(1, min ?? 1))),
      10 ** Math.ceil(Math.log10(Math.max(10, max ?? 10))),
    ];
  return (_, __, max) => [0, Math.max(1e-9, (max ?? 1) * 1.08)];
}

const powersOfTen = (_: uPlot, ticks: number[]): (number | null)[] =>
  ticks.map((t) => (Math.abs(Math.log10(t) - Math.round(Math.log10(t))) < 1e-6 ? t : null));

function seconds(time: number, span: Span): string {
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10((span.to - span.from) / 1e10))));
  return `${(time / 1e9).toFixed(digits)} s`;
}

function drawBands(plot: uPlot, faults: readonly FaultWindow[], theme: Theme): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = theme.band;
  for (const f of faults) {
    const x0 = plot.valToPos(f.start, 'x', true);
    const x1 = f.end === null ? bbox.left + bbox.width : plot.valToPos(f.end, 'x', true);
    ctx.fillRect(x0, bbox.top, Math.max(1, x1 - x0), bbox.height);
  }
  ctx.restore();
}

function drawMarks(plot: uPlot, marks: readonly number[], theme: Theme): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = theme.guilty;
  for (const time of marks) {
    const x = plot.valToPos(time, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x - 5, bbox.top);
    ctx.lineTo(x + 5, bbox.top);
    ctx.lineTo(x, bbox.top + 8);
    ctx.fill();
  }
  ctx.restore();
}
