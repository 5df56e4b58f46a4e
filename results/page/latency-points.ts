import type uPlot from 'uplot';
import { INFO, OK, type Operations } from '../operations.ts';
import type { Theme } from './theme.ts';

/**
 * Draws every completed operation as a point at its completion: reads light, everything else dark, and what did not
 * end ok in its own colour and on top. Points that fall on one pixel are one point, so a million cost one pass.
 */
export function drawLatencies(plot: uPlot, ops: Operations, theme: Theme): void {
  const { ctx, bbox } = plot;
  const size = Math.max(1, Math.round(devicePixelRatio * (ops.count > 20_000 ? 1 : 2)));
  const [left, top] = [Math.round(bbox.left), Math.round(bbox.top)];
  const columns = Math.ceil(bbox.width / size) + 1;
  const rows = Math.ceil(bbox.height / size) + 1;
  const { min: x0 = 0, max: x1 = 1 } = plot.scales.x;
  const { min: y0 = 1, max: y1 = 10 } = plot.scales.y;
  const [from, to] = [x0 ?? 0, x1 ?? 1];
  const [low, high] = [Math.log10(y0 ?? 1), Math.log10(y1 ?? 10)];
  const taken = new Uint8Array(columns * rows);
  const reads = ops.functions.indexOf('read');
  for (let o = 0; o < ops.count; o++) {
    if (ops.complete[o] < 0 || ops.end[o] < from || ops.end[o] > to) continue;
    const column = Math.floor((((ops.end[o] - from) / (to - from)) * bbox.width) / size);
    const up = (Math.log10(Math.max(1, ops.end[o] - ops.start[o])) - low) / (high - low);
    const row = Math.floor(((1 - up) * bbox.height) / size);
    if (row < 0 || row >= rows) continue;
    const kind = ops.outcome[o] === OK ? (ops.f[o] === reads ? 1 : 2) : ops.outcome[o] === INFO ? 4 : 3;
    const cell = row * columns + column;
    if (taken[cell] < kind) taken[cell] = kind;
  }
  const colors = ['', theme.ok, theme.write, theme.fail, theme.info];
  ctx.save();
  for (let kind = 1; kind <= 4; kind++) {
    ctx.fillStyle = colors[kind];
    ctx.globalAlpha = kind <= 2 ? 0.55 : 0.95;
    for (let cell = 0; cell < taken.length; cell++)
      if (taken[cell] === kind)
        ctx.fillRect(left + (cell % columns) * size, top + Math.floor(cell / columns) * size, size, size);
  }
  ctx.restore();
}
