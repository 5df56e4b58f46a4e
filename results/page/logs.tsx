import { visible } from '../visible.ts';
import type { Operations } from '../operations.ts';
import type { PageData } from '../page-data.ts';
import type { Show } from './app.tsx';
import { moment, outcomeName, sentence } from './format.ts';
import { witnessOperations } from './witness-layout.ts';

interface Props {
  readonly data: PageData;
  readonly ops: Operations | null;
  readonly show: Show;
}

/** What the nodes said: around the gravest witness with its operations and faults in between, then the end of each log. */
export function Logs({ data, ops, show }: Props) {
  const { logs } = data;
  if (logs.length === 0) return null;
  return (
    <section id="logs" aria-labelledby="logs-title">
      <h2 id="logs-title">Logs</h2>
      {ops && <Around data={data} ops={ops} show={show} />}
      {logs.map((log) => (
        <details>
          <summary>
            {visible(log.node)} <span class="quiet">{visible(log.file)}, its end</span>
          </summary>
          <pre tabIndex={0}>{log.text.split('\n').map(visible).join('\n')}</pre>
        </details>
      ))}
    </section>
  );
}

interface Entry {
  readonly time: number;
  readonly who: string;
  readonly kind: 'log' | 'witness' | 'fault';
  readonly text: string;
  /** An event to show; -1: none. */
  readonly event: number;
}

const MARGIN = 2e9;

function entriesOf(data: PageData, ops: Operations): Entry[] {
  const shown = data.anomalies.length === 0 ? [] : witnessOperations(ops, data.anomalies[0].witness);
  if (shown.length === 0) return [];
  const from = Math.min(...shown.map((o) => ops.start[o])) - MARGIN;
  const to = Math.max(...shown.map((o) => (ops.complete[o] < 0 ? ops.start[o] : ops.end[o]))) + MARGIN;
  const told = data.logs.flatMap(({ node, around = [] }) =>
    around.map(({ time, text }): Entry => ({ time, who: node, kind: 'log', text, event: -1 })),
  );
  const operations = shown.flatMap((o): Entry[] => {
    const who = `process ${ops.process[o]}`;
    const began: Entry = {
      ...{ time: ops.start[o], who, kind: 'witness', event: ops.invoke[o] },
      text: `begins ${sentence(ops, o).replace(/ → .*$/, '')}`,
    };
    if (ops.complete[o] < 0) return [began];
    const text = `${outcomeName(ops.outcome[o])}: ${sentence(ops, o)}`;
    return [began, { ...began, time: ops.end[o], event: ops.complete[o], text }];
  });
  const faults = data.faults.flatMap(({ fault, targets, start, end }): Entry[] => {
    const who = targets.join(', ');
    const begun: Entry = { time: start, who, kind: 'fault', text: `${fault} begins`, event: -1 };
    return end === null ? [begun] : [begun, { ...begun, time: end, text: `${fault} is lifted` }];
  });
  return [...told, ...operations, ...faults]
    .filter(({ time }) => time >= from && time <= to)
    .sort((a, b) => a.time - b.time);
}

function Around({ data, ops, show }: Omit<Props, 'ops'> & { readonly ops: Operations }) {
  const entries = entriesOf(data, ops);
  if (!entries.some(({ kind }) => kind === 'log')) return null;
  return (
    <>
      <h3>Around the first witness</h3>
      <p class="quiet">
        What the nodes logged within 2 s of it, with its own operations and the faults in between. The clocks
        of nodes and harness may differ by some milliseconds.
      </p>
      <div class="scroll logs" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" class="right">
                At
              </th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ time, who, kind, text, event }) => (
              <tr class={kind}>
                <td class="right">{moment(time, 1e6)}</td>
                <td>{visible(who)}</td>
                <td>
                  {event >= 0 && (
                    <button type="button" class="event" onClick={() => show(event)}>
                      #{event}
                    </button>
                  )}{' '}
                  {visible(text)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
