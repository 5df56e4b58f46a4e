// The small graph of an anomaly, laid out by Graphviz. Only places and texts of the layout are taken over, never markup:
// labels hold values of the history, which are hostile, and DOT could name links and images.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { realRuntime } from '../harness/runtime/real.ts';
import { MILLISECOND } from '../harness/runtime/types.ts';

type Point = readonly [x: number, y: number];

export interface DrawnText {
  readonly at: Point;
  readonly text: string;
}

/** Units are points, the origin is the upper left corner. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly {
    /** The event that the node stands for, -1 for none. */
    readonly event: number;
    readonly corner: Point;
    readonly size: Point;
    readonly lines: readonly DrawnText[];
  }[];
  readonly edges: readonly {
    /** `ww`, `wr`, `rw`, `process`, `realtime`. */
    readonly type: string;
    /** Of a cubic Bézier spline: 1 + 3n. */
    readonly curve: readonly Point[];
    readonly head: readonly Point[];
    readonly label: DrawnText | null;
  }[];
}

/** More nodes explain nothing, and may take Graphviz seconds. */
export const MOST_NODES = 50;
/** For all graphs of a report together: those that are not laid out by then are not drawn. */
const DEADLINE_MS = 3_000;

const PROGRAM = `
  const { parentPort, workerData: { viz, dots } } = require('node:worker_threads');
  require(viz).instance().then((graphviz) => {
    dots.forEach((dot, i) => {
      try { parentPort.postMessage([i, graphviz.renderJSON(dot)]); } catch {}
    });
    parentPort.close();
  });
`;

/** The graphs as drawings; null for those that are too large, wrong, or not done by the deadline. Never rejects. */
export async function drawGraphs(
  dots: readonly (string | null)[],
  deadlineMs = DEADLINE_MS,
): Promise<(Drawing | null)[]> {
  const drawn = dots.map((): Drawing | null => null);
  const small = dots.map((dot) => (dot === null || nodesIn(dot) > MOST_NODES ? '' : dot));
  if (small.every((dot) => dot === '')) return drawn;
  const viz = createRequire(import.meta.url).resolve('@viz-js/viz');
  const worker = new Worker(PROGRAM, { eval: true, workerData: { viz, dots: small }, stderr: true });
  const { clock } = realRuntime('drawing');
  await new Promise<void>((resolve) => {
    const cancel = clock.after(deadlineMs * MILLISECOND, resolve);
    worker.on('message', ([i, layout]: [number, Layout]) => {
      drawn[i] = small[i] === '' ? null : drawingOf(layout);
    });
    for (const end of ['exit', 'error'])
      worker.on(end, () => {
        cancel();
        resolve();
      });
  });
  await worker.terminate();
  return drawn;
}

/** Statements of nodes: dotOf writes one a line. */
function nodesIn(dot: string): number {
  return dot.split('\n').filter((line) => /^\s*"(?:[^"\\]|\\.)*" \[/.test(line)).length;
}

/** What is used of Graphviz' JSON: https://graphviz.org/docs/outputs/json/ */
interface Layout {
  readonly bb?: string;
  readonly objects?: readonly (Drawn & { readonly name?: string })[];
  readonly edges?: readonly (Drawn & { readonly label?: string })[];
}

interface Drawn {
  readonly _draw_?: readonly Operation[];
  readonly _hdraw_?: readonly Operation[];
  readonly _ldraw_?: readonly Operation[];
}

interface Operation {
  readonly op: string;
  readonly points?: readonly (readonly number[])[];
  readonly pt?: readonly number[];
  readonly text?: string;
}

function drawingOf({ bb = '', objects = [], edges = [] }: Layout): Drawing | null {
  const [, , width, height] = bb.split(',').map(Number);
  if (!Number.isFinite(width) || !Number.isFinite(height)) return null;
  // Graphviz counts upwards.
  const point = ([x, y]: readonly number[]): Point => [round(x), round(height - y)];
  const points = (drawn: readonly Operation[] | undefined, op: string): Point[] =>
    (drawn?.find((each) => each.op === op)?.points ?? []).map(point);
  const texts = ({ _ldraw_ = [] }: Drawn): DrawnText[] =>
    _ldraw_.flatMap(({ op, pt, text }) =>
      op === 'T' && pt !== undefined && text !== undefined ? [{ at: point(pt), text }] : [],
    );
  return {
    width: round(width),
    height: round(height),
    nodes: objects.map((object) => {
      const corners = points(object._draw_, 'p');
      const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
      const corner: Point = [Math.min(...xs, width), Math.min(...ys, height)];
      const size: Point = [round(Math.max(...xs, 0) - corner[0]), round(Math.max(...ys, 0) - corner[1])];
      const event = /^\d+$/.test(object.name ?? '') ? Number(object.name) : -1;
      return { event, corner, size, lines: texts(object) };
    }),
    edges: edges.map((edge) => ({
      type: edge.label ?? '',
      curve: points(edge._draw_, 'b'),
      head: points(edge._hdraw_, 'P'),
      label: texts(edge)[0] ?? null,
    })),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
