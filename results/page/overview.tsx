import { visible } from '../visible.ts';
import { useMemo } from 'preact/hooks';
import type { Operations } from '../operations.ts';
import type { PageData } from '../page-data.ts';
import { bins, extent } from '../performance.ts';
import type { Show } from './app.tsx';
import { count, moment } from './format.ts';

const BINS = 240;
const HEIGHT = 64;

interface Props {
  readonly data: PageData;
  readonly ops: Operations | null;
  readonly show: Show;
}

/** The whole run in one strip: completions a second, the faults behind, where the witnesses lie. */
export function Overview({ data, ops, show }: Props) {
  return (
    <figure class="overview">
      <div class="strip">
        {ops && ops.count > 0 && ops.duration > 0 && <Strip data={data} ops={ops} show={show} />}
      </div>
      <figcaption>
        <span class="key ok">ok</span> <span class="key fail">fail</span> <span class="key info">info</span>{' '}
        {data.faults.length > 0 && <span class="key band">fault in place</span>}{' '}
        {data.anomalies.length > 0 && <span class="key guilty">witness of a finding</span>}
      </figcaption>
    </figure>
  );
}

function Strip({
  data,
  ops,
  show,
}: {
  readonly data: PageData;
  readonly ops: Operations;
  readonly show: Show;
}) {
  const span = useMemo(() => extent(ops), [ops]);
  const series = useMemo(() => bins(ops, span, BINS), [ops, span]);
  const most = Math.max(1, ...series.time.map((_, b) => series.ok[b] + series.fail[b] + series.info[b]));
  const x = (time: number): number =>
    Math.min(100, Math.max(0, ((time - span.from) / (span.to - span.from)) * 100));
  const layers = [
    ['ok', series.ok.map(() => 0), series.ok],
    ['fail', series.ok, sum(series.ok, series.fail)],
    ['info', sum(series.ok, series.fail), sum(sum(series.ok, series.fail), series.info)],
  ] as const;
  return (
    <>
      <span class="most">{count(most)} / s</span>
      <svg
        viewBox={`0 0 ${BINS} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Rate over the run: at most ${count(most)} operations a second.`}
      >
        {data.faults.map((f) => (
          <rect
            class="band"
            x={(x(f.start) / 100) * BINS}
            width={Math.max(0.6, ((x(f.end ?? span.to) - x(f.start)) / 100) * BINS)}
            y={0}
            height={HEIGHT}
          />
        ))}
        {layers.map(([name, low, high]) => (
          <path class={name} d={steps(low, high, HEIGHT / most)} />
        ))}
      </svg>
      {apart(
        data.faults,
        (f) => x(f.start),
        (f) => f.fault,
      ).map((f) => (
        <span class="fault-name" style={{ left: `${x(f.start)}%` }}>
          {visible(f.fault)}
        </span>
      ))}
      {data.anomalies.flatMap((a) => {
        const event = a.witness.findLast((e) => ops.ofEvent[e] >= 0);
        if (event === undefined) return [];
        return [
          <button
            type="button"
            class={`pin ${a.status}`}
            style={{ left: `${x(ops.start[ops.ofEvent[event]])}%` }}
            aria-label={`${a.name} at #${event}`}
            title={`${a.name}: #${event}`}
            onClick={() => show(event)}
          />,
        ];
      })}
      <div class="ends">
        <span>{moment(span.from, 1e8)}</span>
        {apart(
          data.phases.filter((p) => p.phase !== 'done' && x(p.time) > 5),
          (p) => x(p.time),
          (p) => p.phase,
        ).map((p) => (
          <span class="phase" style={{ left: `${x(p.time)}%` }}>
            {p.phase}
          </span>
        ))}
        <span>{moment(span.to, 1e8)}</span>
      </div>
    </>
  );
}

/** As many of `items`, from the first, as have room for their names at their places, which are in per cent. */
function apart<T>(items: readonly T[], at: (item: T) => number, name: (item: T) => string): T[] {
  const kept: T[] = [];
  let free = 0;
  for (const item of items) {
    const width = Math.min(16, name(item).length) * 0.64 + 1.5;
    if (at(item) < free || at(item) + width > 96) continue;
    kept.push(item);
    free = at(item) + width;
  }
  return kept;
}

const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v + b[i]);

/** The outline between two step functions, a unit a bin, y growing downwards. */
function steps(low: readonly number[], high: readonly number[], unit: number): string {
  const y = (v: number): string => (HEIGHT - v * unit).toFixed(2);
  const over = high.map((v, b) => `${b} ${y(v)}H${b + 1}`).join('L');
  const back = low
    .map((_, b) => low.length - 1 - b)
    .map((b) => `${b + 1} ${y(low[b])}H${b}`)
    .join('L');
  return `M${over}L${back}Z`;
}
