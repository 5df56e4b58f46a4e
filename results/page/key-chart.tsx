import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import type { FaultWindow } from '../../harness/history/fault.ts';
import type { KeyStory, Touch } from '../key-story.ts';
import { INFO, OK, type Operations } from '../operations.ts';
import type { Span } from '../performance.ts';
import { visible } from '../visible.ts';
import { cut, outcomeName } from './format.ts';
import type { Theme } from './theme.ts';
import { TimeChart, type Label, type Line } from './time-chart.tsx';

/** So many rows still have room for their names. */
const NAMED = 26;
const ROW = 17;
const FEET = 34;
/** Of a longer stretch, dots would be a smear: the chart says so and waits for a closer look. */
const MOST = 20_000;

interface Props {
  readonly ops: Operations;
  readonly story: KeyStory;
  readonly span: Span;
  readonly faults: readonly FaultWindow[];
  /** Operations of the witness: ringed. */
  readonly accused: ReadonlySet<number>;
  readonly onZoom: (span: Span | null) => void;
}

/** The versions of a key against time: bars are writes, dots reads by the node that answered. */
export function KeyChart({ ops, story, span, faults, accused, onZoom }: Props) {
  const seen = useMemo(
    () => story.touches.filter(({ o }) => ops.end[o] >= span.from && ops.start[o] <= span.to),
    [ops, story, span],
  );
  const rows = seen.flatMap(({ wrote, read }) => [wrote, read]).filter((row) => row >= 0);
  if (rows.length === 0) return <p class="quiet">Nothing of this key is known in this stretch.</p>;
  if (seen.length > MOST)
    return <p class="quiet">{seen.length} operations: choose a shorter stretch to see them one by one.</p>;
  const low = rows.reduce((a, b) => Math.min(a, b));
  const high = rows.reduce((a, b) => Math.max(a, b));
  const { time, lines } = readLines(ops, seen);
  const named = high - low < NAMED;
  return (
    <TimeChart
      title={`Versions of ${visible(story.key)}`}
      {...{ span, faults, time, lines, onZoom }}
      marks={[]}
      height={Math.min(460, Math.max(150, (high - low + 1) * ROW + FEET))}
      range={[low - 0.7, high + 0.7]}
      unit={String}
      labels={named ? labels(story, low, high) : spread(story, low, high)}
      behind={(plot, theme) => drawWrites(plot, ops, seen, accused, theme)}
      before={(plot, theme) => ringAccused(plot, ops, seen, accused, theme)}
    />
  );
}

const nameOf = (story: KeyStory, row: number): string =>
  row === 0 ? 'nil' : cut(visible(story.versions[row]), 8);

function labels(story: KeyStory, low: number, high: number): Label[] {
  return Array.from({ length: high - low + 1 }, (_, i) => ({ at: low + i, text: nameOf(story, low + i) }));
}

function spread(story: KeyStory, low: number, high: number): Label[] {
  const step = Math.ceil((high - low) / NAMED);
  return labels(story, low, high).filter((_, i) => i % step === 0);
}

/** A line a node: which version it showed, read by read. */
function readLines(ops: Operations, seen: readonly Touch[]): { time: number[]; lines: Line[] } {
  const reads = seen
    .filter(({ o, read }) => read >= 0 && ops.outcome[o] === OK)
    .sort((a, b) => ops.end[a.o] - ops.end[b.o]);
  const name = (node: number): string => (node < 0 ? 'unknown node' : visible(ops.nodes[node]));
  const nodes = [...new Set(reads.map(({ o }) => ops.node[o]))].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  return {
    time: reads.map(({ o }) => ops.end[o]),
    lines: nodes.map((node, i) => ({
      name: name(node),
      color: (t) => t.lines[i % t.lines.length],
      values: reads.map(({ o, read }) => (ops.node[o] === node ? read : undefined)),
      format: () => '',
      stepped: true,
    })),
  };
}

/** Writes as bars; the version then stands until the next one, as a thin stair. What never ended may still come. */
function drawWrites(
  plot: uPlot,
  ops: Operations,
  seen: readonly Touch[],
  accused: ReadonlySet<number>,
  theme: Theme,
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const thick = 8 * devicePixelRatio;
  for (const { o, wrote } of seen) {
    if (wrote < 0) continue;
    const y = plot.valToPos(wrote, 'y', true);
    const x0 = plot.valToPos(ops.start[o], 'x', true);
    const open = ops.outcome[o] === INFO;
    const x1 = open ? bbox.left + bbox.width : plot.valToPos(ops.end[o], 'x', true);
    ctx.fillStyle = accused.has(o) ? theme.guilty : open ? theme.info : theme.write;
    ctx.globalAlpha = open ? 0.35 : outcomeName(ops.outcome[o]) === 'ok' ? 0.9 : 0.4;
    ctx.fillRect(x0, y - thick / 2, Math.max(3 * devicePixelRatio, x1 - x0), open ? thick / 2 : thick);
  }
  ctx.restore();
}

/** Reads of the witness get a ring, so that they are found among all others. */
function ringAccused(
  plot: uPlot,
  ops: Operations,
  seen: readonly Touch[],
  accused: ReadonlySet<number>,
  theme: Theme,
): void {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = theme.guilty;
  ctx.lineWidth = 2 * devicePixelRatio;
  for (const { o, read } of seen) {
    if (read < 0 || !accused.has(o)) continue;
    ctx.beginPath();
    ctx.arc(
      plot.valToPos(ops.end[o], 'x', true),
      plot.valToPos(read, 'y', true),
      7 * devicePixelRatio,
      0,
      2 * Math.PI,
    );
    ctx.stroke();
  }
  ctx.restore();
}
