import { visible } from '../visible.ts';
import type { AnomalyStatus, JudgedAnomaly } from '../document.ts';
import type { Operations } from '../operations.ts';
import type { PageData } from '../page-data.ts';
import type { Show } from './app.tsx';
import { plural } from './format.ts';
import { DependencyGraph } from './graph.tsx';
import { OperationTable } from './operation-table.tsx';
import { Origins } from './origins.tsx';
import { Sentence } from './sentence.tsx';
import { Witness } from './witness.tsx';
import { witnessOperations } from './witness-layout.ts';

const STATUS: Readonly<Record<AnomalyStatus, readonly [string, string]>> = {
  violation: ['Violation', 'The claim forbids it.'],
  'outside-claim': ['Outside the claim', 'It came under faults that the claim does not promise to survive.'],
  permitted: ['Permitted', 'The claim does not forbid it.'],
};

interface Props {
  readonly data: PageData;
  readonly ops: Operations | null;
  readonly show: Show;
}

export function Findings({ data, ops, show }: Props) {
  return (
    <section id="findings" tabIndex={-1} aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      {data.anomalies.length === 0 && (
        <p>
          {data.outcome === 'valid'
            ? 'The checkers found no anomaly in this history.'
            : 'The checkers named no anomaly; the outcome above says why that is no all-clear.'}
        </p>
      )}
      <ol class="findings">
        {data.anomalies.map((anomaly, i) => (
          <li key={i}>
            <Finding anomaly={anomaly} position={i} data={data} ops={ops} show={show} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Finding({
  anomaly,
  position,
  data,
  ops,
  show,
}: Props & { readonly anomaly: JudgedAnomaly; readonly position: number }) {
  const [status, means] = STATUS[anomaly.status];
  const meaning = anomaly.certain
    ? means
    : 'Only possible: some outcome of an indeterminate operation explains it.';
  const drawing = data.drawings[position];
  const inWitness = ops ? witnessOperations(ops, anomaly.witness) : [];
  return (
    <article
      id={`anomaly-${position}`}
      class={`finding ${anomaly.status}`}
      tabIndex={0}
      aria-labelledby={`anomaly-${position}-title`}
    >
      <header>
        <h3 id={`anomaly-${position}-title`}>{visible(anomaly.title)}</h3>
        <p class="tags">
          <span class={`badge ${anomaly.status}`} title={meaning}>
            {status}
          </span>
          <code>{anomaly.name}</code>
          <span>{plural(anomaly.count, 'time')}</span>
          <span
            title={
              anomaly.certain
                ? undefined
                : 'An operation whose outcome is unknown could still explain it away.'
            }
          >
            {anomaly.certain ? 'certain' : 'possible'}
          </span>
        </p>
      </header>
      <p class="explanation">
        <Sentence text={anomaly.explanation} show={show} />
      </p>
      <p class="definition">{visible(anomaly.definition)}</p>
      {ops && inWitness.length > 0 && (
        <>
          <Witness
            ops={ops}
            events={anomaly.witness}
            shown={inWitness}
            faults={data.faults}
            show={show}
            title={anomaly.explanation}
          />
          <Origins ops={ops} shown={inWitness} show={show} />
          {drawing && <DependencyGraph drawing={drawing} show={show} />}
          <details>
            <summary>The witness as a table</summary>
            <OperationTable ops={ops} rows={inWitness} show={show} />
          </details>
        </>
      )}
      {anomaly.evidence && Object.keys(anomaly.evidence).length > 0 && (
        <details>
          <summary>Evidence</summary>
          <dl class="evidence">
            {Object.entries(anomaly.evidence).map(([name, value]) => (
              <>
                <dt>{visible(name)}</dt>
                <dd>{visible(typeof value === 'string' ? value : JSON.stringify(value))}</dd>
              </>
            ))}
          </dl>
        </details>
      )}
    </article>
  );
}
