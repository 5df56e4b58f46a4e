import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { plural } from '../format.ts';
import { useTheme } from '../theme.ts';
import { useWidth } from '../use-width.ts';
import { AXIS_HEIGHT, draw, LABEL_WIDTH, ROW_HEIGHT, type Frame } from './draw.ts';
import { firstEndingAfter, type Row } from './rows.ts';

const HIGHEST = 460;

interface Props extends Pick<
  Frame,
  'ops' | 'rows' | 'by' | 'span' | 'selected' | 'witnesses' | 'found' | 'faults'
> {
  readonly onZoom: (factor: number, around?: number) => void;
  /** Moves by this part of what is in sight. */
  readonly onPan: (part: number) => void;
  readonly onSelect: (o: number) => void;
  readonly onWhole: () => void;
  readonly onWitness: (direction: 1 | -1) => void;
}

/** The operations as bars. The element scrolls by rows; the canvas sticks to it and draws what is in sight. */
export function Canvas(props: Props) {
  const { ops, rows, span } = props;
  const view = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(view);
  const theme = useTheme();
  const [top, setTop] = useState(0);
  const full = AXIS_HEIGHT + rows.length * ROW_HEIGHT + 6;
  const height = Math.min(HIGHEST, full);
  const drag = useRef<{ x: number; moved: boolean } | null>(null);

  useLayoutEffect(() => {
    const c = canvas.current;
    const ctx = c?.getContext('2d');
    if (!c || !ctx || width === 0) return;
    const ratio = devicePixelRatio || 1;
    c.width = Math.round(width * ratio);
    c.height = Math.round(height * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.font = '11px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';
    draw(ctx, { ...props, top, width, height, theme });
  });

  // Scroll the selected operation's row into sight.
  useEffect(() => {
    if (props.selected < 0 || !view.current) return;
    const row = rows.findIndex(
      (r) =>
        r.ops[firstEndingAfter(ops, r.ops, ops.start[props.selected])] === props.selected ||
        r.ops.includes(props.selected),
    );
    const y = row * ROW_HEIGHT;
    if (y < view.current.scrollTop || y > view.current.scrollTop + height - AXIS_HEIGHT - ROW_HEIGHT)
      view.current.scrollTop = y - height / 2;
  }, [props.selected, rows]);

  const timeAt = (x: number): number =>
    span.from + ((x - LABEL_WIDTH) / (width - LABEL_WIDTH)) * (span.to - span.from);

  // Not passive: a zooming wheel must not scroll the page.
  useEffect(() => {
    const element = view.current;
    if (!element) return;
    const wheel = (e: WheelEvent): void => {
      if (e.ctrlKey || e.metaKey) {
        e.preventDefault();
        props.onZoom(Math.exp(Math.max(-1, Math.min(1, e.deltaY / 200))), timeAt(e.offsetX));
      } else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
        e.preventDefault();
        props.onPan((e.deltaX || e.deltaY) / width);
      }
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  });

  const operationAt = (x: number, y: number): number => {
    const row: Row | undefined = rows[Math.floor((y - AXIS_HEIGHT + top) / ROW_HEIGHT)];
    if (!row || y < AXIS_HEIGHT) return -1;
    const slack = ((span.to - span.from) / width) * 2;
    const o = row.ops[firstEndingAfter(ops, row.ops, timeAt(x) - slack)];
    return o !== undefined && ops.start[o] <= timeAt(x) + slack ? o : -1;
  };

  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => props.onPan(-0.2),
    ArrowRight: () => props.onPan(0.2),
    '+': () => props.onZoom(0.5),
    '=': () => props.onZoom(0.5),
    '-': () => props.onZoom(2),
    '0': props.onWhole,
    n: () => props.onWitness(1),
    p: () => props.onWitness(-1),
  };

  return (
    <div
      ref={view}
      class="timeline"
      style={{ height: `${height}px` }}
      tabIndex={0}
      role="application"
      aria-label={`Timeline of ${plural(ops.count, 'operation')}. Arrow keys move, plus and minus zoom, 0 shows the whole run, n and p go to the next and previous witness. The table below lists what is in sight.`}
      onScroll={(e) => setTop(e.currentTarget.scrollTop)}
      onKeyDown={(e) => {
        const act = e.ctrlKey || e.metaKey || e.altKey ? undefined : keys[e.key];
        if (!act) return;
        e.preventDefault();
        act();
      }}
    >
      <div style={{ height: `${full}px` }}>
        <canvas
          ref={canvas}
          style={{ width: `${width}px`, height: `${height}px` }}
          onPointerDown={(e) => {
            drag.current = { x: e.offsetX, moved: false };
            e.currentTarget.setPointerCapture(e.pointerId);
          }}
          onPointerMove={(e) => {
            const from = drag.current;
            if (!from || Math.abs(e.offsetX - from.x) < (from.moved ? 1 : 4)) return;
            props.onPan((from.x - e.offsetX) / (width - LABEL_WIDTH));
            drag.current = { x: e.offsetX, moved: true };
          }}
          onPointerUp={(e) => {
            if (drag.current && !drag.current.moved) props.onSelect(operationAt(e.offsetX, e.offsetY));
            drag.current = null;
          }}
          onDblClick={(e) => props.onZoom(0.25, timeAt(e.offsetX))}
        />
      </div>
    </div>
  );
}
