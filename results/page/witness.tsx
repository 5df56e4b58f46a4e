import { visible } from '../visible.ts';
import { useRef } from 'preact/hooks';
import type { FaultWindow } from '../../harness/history/fault.ts';
import { FAIL, INFO, type Operations } from '../operations.ts';
import type { Show } from './app.tsx';
import { cut, duration, moment, outcomeName, outcomeValue, sentence, text } from './format.ts';
import { useWidth } from './use-width.ts';
import { accused, namedEvent, witnessScale, type Scale } from './witness-layout.ts';

const LEFT = 92;
const RIGHT = 120;
const TOP = 26;
const LANE = 58;
const BAR = 16;

interface Props {
  readonly ops: Operations;
  /** The witness' events, and the operations they belong to. */
  readonly events: readonly number[];
  readonly shown: readonly number[];
  readonly faults: readonly FaultWindow[];
  readonly title: string;
  readonly show: Show;
}

/** A witness as a drawing: a lane a process, a bar an operation, the faults behind, the accused operation marked. */
export function Witness({ ops, events, shown, faults, title, show }: Props) {
  const from = Math.min(...shown.map((o) => ops.start[o]));
  const last = Math.max(...shown.map((o) => (ops.outcome[o] === INFO ? ops.start[o] : ops.end[o])));
  const endOf = (o: number): number => (ops.outcome[o] === INFO ? last : ops.end[o]);
  const near = faults.filter((f) => f.start <= last && (f.end ?? Infinity) >= from);
  const inside = near.flatMap((f) => [f.start, f.end ?? Infinity]).filter((t) => t > from && t < last);
  const place = useRef<HTMLDivElement>(null);
  const available = (useWidth(place) || 1000) - LEFT - RIGHT;
  const scale = witnessScale([...shown.flatMap((o) => [ops.start[o], endOf(o)]), ...inside], available);
  const x = (time: number): number => LEFT + scale.x(time);
  const processes = [...new Set(shown.map((o) => ops.process[o]))];
  const guilty = accused(ops, shown);
  const width = LEFT + scale.width + RIGHT;
  const bottom = TOP + near.length * 15 + processes.length * LANE;
  const laneTop = (o: number): number => TOP + near.length * 15 + processes.indexOf(ops.process[o]) * LANE;
  const manyKeys = new Set(shown.map((o) => ops.key[o])).size > 1;
  const step =
    scale.moments.length > 1 ? Math.min(...scale.moments.slice(1).map((m, i) => m - scale.moments[i])) : 1e6;
  return (
    <div ref={place} class="scroll witness" tabIndex={0} role="group" aria-label="Timeline of the witness">
      <svg
        width={width}
        height={bottom + 30}
        viewBox={`0 0 ${width} ${bottom + 30}`}
        role="img"
        aria-label={visible(title)}
      >
        {near.map((f, i) => {
          const x0 = f.start <= from ? LEFT - 10 : x(f.start);
          const x1 = (f.end ?? Infinity) >= last ? width - RIGHT + 10 : x(f.end ?? last);
          return (
            <g class="fault-band">
              <rect x={x0} y={14 + i * 15} width={Math.max(2, x1 - x0)} height={bottom - 14 - i * 15} />
              <text x={Math.max(x0, 4) + 5} y={25 + i * 15}>
                {visible(f.fault)} {f.fault.includes(f.targets.join()) ? '' : visible(f.targets.join(', '))}
              </text>
            </g>
          );
        })}
        {guilty >= 0 && (
          <line
            class="began"
            x1={x(ops.start[guilty])}
            x2={x(ops.start[guilty])}
            y1={TOP - 8}
            y2={bottom + 4}
          />
        )}
        {processes.map((process, i) => {
          const y = TOP + near.length * 15 + i * LANE + LANE - BAR / 2 - 8;
          return (
            <g class="lane">
              <text x={0} y={y + 4}>
                process {process}
              </text>
              <line x1={LEFT - 10} x2={width - RIGHT + 10} y1={y} y2={y} />
            </g>
          );
        })}
        {shown.map((o) => {
          const y = laneTop(o) + LANE - BAR - 8;
          const [x0, x1] = [x(ops.start[o]), x(endOf(o))];
          const open = ops.outcome[o] === INFO;
          const kind = open ? 'info' : ops.outcome[o] === FAIL ? 'fail' : 'ok';
          const node = ops.node[o] < 0 ? '' : ` · ${text(ops.nodes, ops.node[o])}`;
          const label = `${visible(ops.functions[ops.f[o]])} ${manyKeys && ops.key[o] >= 0 ? `${text(ops.keys, ops.key[o])} ` : ''}${outcomeValue(ops, o)}`;
          return (
            <g
              class={`operation ${kind}${o === guilty ? ' guilty' : ''}`}
              onClick={() => show(ops.invoke[o])}
            >
              <title>
                {`#${namedEvent(ops, o, events, title)} ${sentence(ops, o)}, ${outcomeName(ops.outcome[o])}${node}, from ${moment(ops.start[o], 1e3)}, ${ops.complete[o] < 0 ? 'never ended' : duration(ops.end[o] - ops.start[o])}`}
              </title>
              <rect x={x0} y={y} width={Math.max(3, x1 - x0 + (open ? 22 : 0))} height={BAR} rx={2} />
              <text class="what" {...placed(cut(label, 42), x0, x1, width)} y={y - 6}>
                {cut(label, 42)}
              </text>
              <text class="who" x={x0 + 5} y={y + 12}>
                #{namedEvent(ops, o, events, title)}
                {x1 - x0 > 100 ? node : ''}
              </text>
            </g>
          );
        })}
        <g class="axis">
          {labelled(scale).map((m) => (
            <text x={x(m)} y={bottom + 22} text-anchor={m === from ? 'start' : 'middle'}>
              {m === from ? moment(m, Math.max(step, 1e3)) : `+${duration(m - from)}`}
            </text>
          ))}
          {scale.moments.map((m) => (
            <line x1={x(m)} x2={x(m)} y1={bottom + 2} y2={bottom + 8} />
          ))}
        </g>
      </svg>
    </div>
  );
}

/** A label stands over the start of its bar, or ends with it where the picture would cut it. */
function placed(label: string, x0: number, x1: number, width: number) {
  return x0 + label.length * 7.7 > width ? { x: x1, 'text-anchor': 'end' as const } : { x: x0 };
}

/** The moments whose labels have room: the first, and those far enough from the one before. */
function labelled(scale: Scale): number[] {
  const kept: number[] = [];
  for (const m of scale.moments) {
    const last = kept.at(-1);
    if (last === undefined || scale.x(m) - scale.x(last) >= (kept.length === 1 ? 112 : 74)) kept.push(m);
  }
  return kept;
}
