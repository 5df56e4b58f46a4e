import { visible } from '../visible.ts';
import type { Operations } from '../operations.ts';
import type { Show } from './app.tsx';
import { cut, duration, moment, outcomeName, text } from './format.ts';

interface Props {
  readonly ops: Operations;
  readonly rows: readonly number[];
  readonly show: Show;
}

/** Operations one a row: the text beside each picture of them. */
export function OperationTable({ ops, rows, show }: Props) {
  return (
    <div class="scroll">
      <table class="operations">
        <thead>
          <tr>
            <th scope="col">Events</th>
            <th scope="col">Process</th>
            <th scope="col">Operation</th>
            <th scope="col">Key</th>
            <th scope="col">Asked</th>
            <th scope="col">Outcome</th>
            <th scope="col">Got</th>
            <th scope="col">Node</th>
            <th scope="col" class="right">
              Began
            </th>
            <th scope="col" class="right">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((o) => (
            <tr key={o}>
              <td>
                <button type="button" class="event" onClick={() => show(ops.invoke[o])}>
                  #{ops.invoke[o]}
                </button>
                {ops.complete[o] >= 0 && <span class="quiet"> to #{ops.complete[o]}</span>}
              </td>
              <td>{ops.process[o]}</td>
              <td>{visible(ops.functions[ops.f[o]])}</td>
              <td>{ops.key[o] < 0 ? '' : cut(text(ops.keys, ops.key[o]), 60)}</td>
              <td>{ops.given[o] < 0 ? '' : cut(text(ops.values, ops.given[o]), 120)}</td>
              <td class={outcomeName(ops.outcome[o])}>
                {outcomeName(ops.outcome[o])}
                {ops.errors.has(o) && (
                  <span class="quiet" title={visible(ops.errors.get(o)?.message ?? '')}>
                    {' '}
                    {visible(ops.errors.get(o)?.code ?? '')}
                  </span>
                )}
              </td>
              <td>{outcomeName(ops.outcome[o]) === 'ok' ? cut(text(ops.values, ops.got[o]), 120) : ''}</td>
              <td>{ops.node[o] < 0 ? '' : visible(ops.nodes[ops.node[o]])}</td>
              <td class="right">{moment(ops.start[o], 1e5)}</td>
              <td class="right">
                {ops.complete[o] < 0 ? 'never ended' : duration(ops.end[o] - ops.start[o])}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
