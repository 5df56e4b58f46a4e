import { visible } from '../../visible.ts';
import type { JudgedAnomaly } from '../../document.ts';
import type { Operations } from '../../operations.ts';
import { duration, moment, outcomeName, sentence, text } from '../format.ts';
import { witnessOperations } from '../witness-layout.ts';

interface Props {
  readonly ops: Operations;
  readonly o: number;
  readonly anomalies: readonly JudgedAnomaly[];
}

/** Everything known of one operation. */
export function Details({ ops, o, anomalies }: Props) {
  const error = ops.errors.get(o);
  const session = ops.sessions.get(o);
  const witnessOf = anomalies
    .map((a, i) => [a, i] as const)
    .filter(([a]) => witnessOperations(ops, a.witness).includes(o));
  const facts: (readonly [string, string])[] = [
    [
      'events',
      ops.complete[o] < 0 ? `#${ops.invoke[o]}, never completed` : `#${ops.invoke[o]} to #${ops.complete[o]}`,
    ],
    ['process', `${ops.process[o]}${session === undefined ? '' : `, session ${visible(session)}`}`],
    ['node', ops.node[o] < 0 ? 'unknown' : text(ops.nodes, ops.node[o])],
    ['key', ops.key[o] < 0 ? 'none' : text(ops.keys, ops.key[o])],
    ['asked', text(ops.values, ops.given[o])],
    [
      outcomeName(ops.outcome[o]),
      outcomeName(ops.outcome[o]) === 'ok'
        ? text(ops.values, ops.got[o])
        : error
          ? `${visible(error.code)}: ${visible(error.message)}`
          : 'no reason recorded',
    ],
    [
      'time',
      `${moment(ops.start[o], 1e3)}, ${ops.complete[o] < 0 ? 'to the end' : `for ${duration(ops.end[o] - ops.start[o])}`}`,
    ],
  ];
  return (
    <div class="selected" role="status">
      <h3>
        #{ops.invoke[o]} <code>{sentence(ops, o).slice(0, 200)}</code>
      </h3>
      <dl>
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {witnessOf.length > 0 && (
          <div>
            <dt>witness of</dt>
            <dd>
              {witnessOf.map(([a, i]) => (
                <a href={`#anomaly-${i}`}>{a.name} </a>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
