import type { Drawing } from '../drawing.ts';
import { visible } from '../visible.ts';
import type { Show } from './app.tsx';

const TYPES: Readonly<Record<string, string>> = {
  ww: 'overwrote',
  wr: 'was read by',
  rw: 'missed what was written by',
  process: 'came before, in its session',
  realtime: 'had completed before',
};
const MARGIN = 6;

interface Props {
  readonly drawing: Drawing;
  readonly show: Show;
}

/** The cycle as a graph: a box a transaction, an arrow a dependency, each in the colour of its type. */
export function DependencyGraph({ drawing: { width, height, nodes, edges }, show }: Props) {
  const types = Object.keys(TYPES).filter((type) => edges.some((edge) => edge.type === type));
  const [w, h] = [width + 2 * MARGIN, height + 2 * MARGIN];
  return (
    <figure class="graph">
      <div class="scroll" tabIndex={0} role="group" aria-label="Graph of the dependencies">
        <svg
          width={w}
          height={h}
          viewBox={`${-MARGIN} ${-MARGIN} ${w} ${h}`}
          role="img"
          aria-label={`${nodes.length} transactions and ${edges.length} dependencies between them`}
        >
          {edges.map(({ type, curve, head, label }) => (
            <g class={`dependency ${type in TYPES ? type : 'other'}`}>
              <title>{visible(TYPES[type] ?? type)}</title>
              {curve.length > 0 && <path d={spline(curve)} />}
              {head.length > 0 && <polygon points={head.map((p) => p.join(',')).join(' ')} />}
              {label !== null && (
                <text x={label.at[0]} y={label.at[1]}>
                  {visible(label.text)}
                </text>
              )}
            </g>
          ))}
          {nodes.map(({ event, corner, size, lines }) => (
            <g class="transaction" {...(event < 0 ? {} : { onClick: () => show(event) })}>
              <rect x={corner[0]} y={corner[1]} width={size[0]} height={size[1]} rx={4} />
              {lines.map(({ at, text }, i) => (
                <text x={at[0]} y={at[1]} class={i === 0 ? 'who' : 'what'}>
                  {visible(text)}
                </text>
              ))}
            </g>
          ))}
        </svg>
      </div>
      <figcaption>
        {types.map((type) => (
          <span class={`dependency ${type}`}>
            <b>{type}</b> {TYPES[type]}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function spline([first, ...rest]: Drawing['edges'][number]['curve']): string {
  return `M${first.join(' ')}C${rest.map((p) => p.join(' ')).join(' ')}`;
}
