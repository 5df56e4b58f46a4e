import { visible } from '../../visible.ts';
import type { FaultWindow } from '../../../harness/history/fault.ts';
import { FAIL, INFO, OK, type Operations } from '../../operations.ts';
import type { Span } from '../../performance.ts';
import { cut, outcomeValue } from '../format.ts';
import type { Theme } from '../theme.ts';
import { firstEndingAfter, type Grouping, type Row } from './rows.ts';

export const ROW_HEIGHT = 20;
export const AXIS_HEIGHT = 24;
export const LABEL_WIDTH = 84;

/** What a frame shows. `top` is the first pixel of the rows that is in sight; sizes in CSS pixels. */
export interface Frame {
  readonly ops: Operations;
  readonly rows: readonly Row[];
  readonly by: Grouping;
  readonly span: Span;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly faults: readonly FaultWindow[];
  /** Operations to outline: witnesses, and what a search found. */
  readonly witnesses: ReadonlySet<number>;
  readonly found: ReadonlySet<number>;
  readonly selected: number;
  readonly theme: Theme;
}

/** Draws one frame: only rows in sight, and in each no more bars than it has pixels. */
export function draw(ctx: CanvasRenderingContext2D, frame: Frame): void {
  const { width, height, theme, span } = frame;
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, 0, width, height);
  const scale = (width - LABEL_WIDTH) / (span.to - span.from);
  const x = (time: number): number => LABEL_WIDTH + (time - span.from) * scale;
  drawFaults(ctx, frame, x);
  drawAxis(ctx, frame, x, 'lines');
  const first = Math.max(0, Math.floor(frame.top / ROW_HEIGHT));
  const last = Math.min(frame.rows.length, Math.ceil((frame.top + height - AXIS_HEIGHT) / ROW_HEIGHT));
  for (let r = first; r < last; r++) {
    const y = AXIS_HEIGHT + r * ROW_HEIGHT - frame.top;
    drawRow(ctx, frame, frame.rows[r], y, scale);
  }
  drawAxis(ctx, frame, x, 'times');
  drawLabels(ctx, frame, first, last);
}

function drawRow(ctx: CanvasRenderingContext2D, frame: Frame, row: Row, y: number, scale: number): void {
  const { ops, span, theme, width } = frame;
  const pixel = 1 / scale;
  const marked: number[] = [];
  for (let i = firstEndingAfter(ops, row.ops, span.from); i < row.ops.length;) {
    const o = row.ops[i];
    if (ops.start[o] >= span.to) break;
    const x0 = Math.max(LABEL_WIDTH - 2, LABEL_WIDTH + (ops.start[o] - span.from) * scale);
    const x1 = Math.min(width + 2, LABEL_WIDTH + (ops.end[o] - span.from) * scale);
    // Everything that ends within this pixel is one bar; it takes the colour of its worst operation.
    const next =
      x1 - x0 < 1 ? Math.max(i + 1, firstEndingAfter(ops, row.ops, ops.start[o] + pixel, i)) : i + 1;
    if (next > i + 1) {
      const worst =
        row.info[next] > row.info[i] ? theme.info : row.fail[next] > row.fail[i] ? theme.fail : theme.ok;
      ctx.fillStyle = worst;
      ctx.fillRect(Math.floor(x0), y + 3, 1, ROW_HEIGHT - 6);
    } else {
      drawBar(ctx, frame, o, x0, x1, y);
    }
    i = next;
  }
  for (const set of [frame.found, frame.witnesses]) {
    if (set.size > 5000) continue;
    for (const o of set)
      if (ops.end[o] >= span.from && ops.start[o] <= span.to && contains(row.ops, o)) marked.push(o);
  }
  for (const o of marked) {
    const x0 = LABEL_WIDTH + (ops.start[o] - span.from) * scale;
    const x1 = LABEL_WIDTH + (ops.end[o] - span.from) * scale;
    ctx.strokeStyle = frame.witnesses.has(o) ? theme.guilty : theme.ink;
    ctx.lineWidth = o === frame.selected ? 3 : 1.5;
    ctx.strokeRect(x0 - 1, y + 1.5, Math.max(3, x1 - x0 + 2), ROW_HEIGHT - 3);
  }
  if (frame.selected >= 0 && !marked.includes(frame.selected) && contains(row.ops, frame.selected)) {
    const x0 = LABEL_WIDTH + (ops.start[frame.selected] - span.from) * scale;
    const x1 = LABEL_WIDTH + (ops.end[frame.selected] - span.from) * scale;
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = 2;
    ctx.strokeRect(x0 - 1, y + 1.5, Math.max(3, x1 - x0 + 2), ROW_HEIGHT - 3);
  }
}

function contains(sorted: Int32Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (sorted[mid] < value) low = mid + 1;
    else high = mid;
  }
  return sorted[low] === value;
}

function drawBar(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  o: number,
  x0: number,
  x1: number,
  y: number,
): void {
  const { ops, theme } = frame;
  const outcome = ops.outcome[o];
  const read = ops.functions[ops.f[o]] === 'read';
  ctx.fillStyle =
    outcome === OK ? (read ? theme.ok : theme.write) : outcome === FAIL ? theme.fail : theme.info;
  ctx.fillRect(x0, y + 3, Math.max(1, x1 - x0 - (x1 - x0 > 4 ? 1 : 0)), ROW_HEIGHT - 6);
  if (x1 - x0 < 34) return;
  const f = visible(ops.functions[ops.f[o]]);
  const room = Math.floor((x1 - x0 - 8) / 6.4);
  const value = outcomeValue(ops, o);
  const label = `${f} ${value}`.length <= room ? `${f} ${value}` : outcome === INFO ? f : value;
  ctx.fillStyle = outcome === OK && read ? theme.ink : theme.paper;
  ctx.fillText(cut(label, room), x0 + 4, y + ROW_HEIGHT / 2 + 4);
}

function drawFaults(ctx: CanvasRenderingContext2D, frame: Frame, x: (time: number) => number): void {
  ctx.fillStyle = frame.theme.band;
  for (const f of frame.faults) {
    const x0 = Math.max(LABEL_WIDTH, x(f.start));
    const x1 = Math.min(frame.width, f.end === null ? frame.width : x(f.end));
    if (x1 >= x0) ctx.fillRect(x0, AXIS_HEIGHT, Math.max(1, x1 - x0), frame.height);
  }
}

/** The axis' lines lie behind the bars, its times before them. */
function drawAxis(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  x: (time: number) => number,
  part: 'lines' | 'times',
): void {
  const { theme, span, width } = frame;
  if (part === 'times') {
    ctx.fillStyle = theme.paper;
    ctx.fillRect(0, 0, width, AXIS_HEIGHT);
  }
  ctx.fillStyle = theme.quiet;
  ctx.strokeStyle = theme.line;
  ctx.lineWidth = 1;
  const step = niceStep((span.to - span.from) / Math.max(2, width / 130));
  const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step / 1e9) - 1e-9)));
  for (let t = Math.ceil(span.from / step) * step; t <= span.to; t += step) {
    const at = Math.round(x(t)) + 0.5;
    if (part === 'times') {
      ctx.fillText(`${(t / 1e9).toFixed(digits)} s`, at + 3, 14);
      continue;
    }
    ctx.beginPath();
    ctx.moveTo(at, AXIS_HEIGHT - 5);
    ctx.lineTo(at, frame.height);
    ctx.stroke();
  }
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return ([1, 2, 5].find((m) => m * power >= least) ?? 10) * power;
}

function drawLabels(ctx: CanvasRenderingContext2D, frame: Frame, first: number, last: number): void {
  const { theme } = frame;
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, AXIS_HEIGHT, LABEL_WIDTH - 2, frame.height);
  for (let r = first; r < last; r++) {
    const y = AXIS_HEIGHT + r * ROW_HEIGHT - frame.top;
    ctx.fillStyle = theme.quiet;
    if (y > AXIS_HEIGHT - 12) ctx.fillText(cut(labelOf(frame, frame.rows[r]), 12), 2, y + ROW_HEIGHT / 2 + 4);
  }
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, 0, LABEL_WIDTH - 2, AXIS_HEIGHT);
}

/** A row of processes is named by those in sight. */
function labelOf(frame: Frame, row: Row): string {
  if (frame.by !== 'process') return row.label;
  const { ops, span } = frame;
  const first = firstEndingAfter(ops, row.ops, span.from);
  const last = Math.max(first, firstEndingAfter(ops, row.ops, span.to));
  const [from, to] = [first, last].map((i) => ops.process[row.ops[Math.min(i, row.ops.length - 1)]]);
  return from === to ? `process ${from}` : `${from} … ${to}`;
}
