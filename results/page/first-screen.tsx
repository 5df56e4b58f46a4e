import { visible } from '../visible.ts';
import type { Operations } from '../operations.ts';
import type { Outcome } from '../outcome.ts';
import type { PageData } from '../page-data.ts';
import type { AnomalyStatus } from '../document.ts';
import type { Show } from './app.tsx';
import { count, duration, moment, plural } from './format.ts';
import { Overview } from './overview.tsx';
import { Sentence } from './sentence.tsx';

const HEADLINES: Readonly<Record<Outcome, readonly [string, string]>> = {
  valid: ['Valid', 'The story holds: nothing was found that the claim forbids.'],
  violation: ['Violation', 'The story does not hold: the history contradicts what was promised.'],
  unknown: ['Unknown', 'No verdict could be reached. This is not an all-clear.'],
  inconclusive: ['Inconclusive', 'The run proves nothing either way. This is not an all-clear.'],
  error: ['Error', 'The run broke down before it could be judged.'],
};

interface Props {
  readonly data: PageData;
  readonly ops: Operations | null;
  readonly show: Show;
}

export function FirstScreen({ data, ops, show }: Props) {
  const [name, meaning] = HEADLINES[data.outcome];
  const worst = data.anomalies.at(0);
  // The judge's reasons word every violation; the gravest stands above already.
  const reasons = data.reasons.filter((r) => !worst || !r.endsWith(worst.explanation));
  return (
    <section class={`verdict ${data.outcome}`} aria-labelledby="outcome">
      <p class="subject">
        <strong>{visible(data.title)}</strong> {data.subtitle && <span>{visible(data.subtitle)}</span>}
      </p>
      <h1 id="outcome">{name}</h1>
      {worst?.status === 'violation' ? (
        <blockquote class="lede">
          <Sentence text={worst.explanation} show={show} />
          <footer>
            <a href="#anomaly-0">
              <code>{worst.name}</code>
            </a>
            , {worst.certain ? 'certain' : 'possible'}, {plural(worst.count, 'time')}
          </footer>
        </blockquote>
      ) : (
        <p class="lede">{meaning}</p>
      )}
      {reasons.length > 0 && (
        <ul class="reasons">
          {reasons.map((reason) => (
            <li>
              <Sentence text={reason} show={show} />
            </li>
          ))}
        </ul>
      )}
      <div class="facts">
        <ClaimFact data={data} />
        <FaultFact data={data} />
        <FoundFact data={data} />
      </div>
      <Overview data={data} ops={ops} show={show} />
    </section>
  );
}

function ClaimFact({ data }: { readonly data: PageData }) {
  const { claim, asked } = data;
  if (!claim)
    return (
      <div>
        <h2>Judged by</h2>
        {asked.length > 0 ? <p class="big">{asked.join(', ')}</p> : <p>No claim came with this history.</p>}
      </div>
    );
  const { faults, howMany } = claim.tolerates;
  return (
    <div>
      <h2>Claimed</h2>
      <p class="big">{claim.guarantee.join(', ') || 'nothing'}</p>
      <dl>
        <dt>for</dt>
        <dd>{visible(claim.operations)}</dd>
        <dt>reads</dt>
        <dd>{visible(claim.reads)}</dd>
        <dt>despite</dt>
        <dd>
          {faults.length === 0
            ? 'no fault'
            : `${faults.includes('*') ? 'any fault' : faults.join(', ')}; ${plural(howMany, 'node')} at once`}
        </dd>
        <dt>source</dt>
        <dd>{visible(claim.source)}</dd>
      </dl>
    </div>
  );
}

function FaultFact({ data }: { readonly data: PageData }) {
  return (
    <div>
      <h2>Broken on purpose</h2>
      {data.faults.length === 0 && <p>Nothing: no fault was injected.</p>}
      <ul class="plain">
        {data.faults.slice(0, 5).map((fault) => (
          <li>
            <code>{visible(fault.fault)}</code>{' '}
            <span class="quiet">
              {visible(fault.targets.join(', '))}{' '}
              {fault.end === null ? 'never healed' : `for ${duration(fault.end - fault.start)}`}, at{' '}
              {moment(fault.start, 1e8)}
              {!fault.bit && <strong> did not bite</strong>}
            </span>
          </li>
        ))}
      </ul>
      {data.faults.length > 5 && <a href="#faults">and {data.faults.length - 5} more</a>}
    </div>
  );
}

const FOUND: readonly (readonly [AnomalyStatus, string])[] = [
  ['violation', 'against the claim'],
  ['outside-claim', 'outside the claim'],
  ['permitted', 'permitted by the claim'],
];

function FoundFact({ data }: { readonly data: PageData }) {
  const { counts } = data;
  return (
    <div>
      <h2>Found</h2>
      {data.anomalies.length === 0 && <p class="big">no anomaly</p>}
      <ul class="plain">
        {FOUND.map(([status, words]) => {
          const found = data.anomalies.filter((a) => a.status === status);
          const total = found.reduce((sum, a) => sum + a.count, 0);
          return (
            found.length > 0 && (
              <li class={status}>
                <b class="number">{count(total)}</b> {words}
                <span class="quiet"> {found.map((a) => a.name).join(', ')}</span>
              </li>
            )
          );
        })}
      </ul>
      <p class="quiet">
        in {plural(counts.operations, 'operation')}: {count(counts.ok)} ok, {count(counts.fail)} fail,{' '}
        {count(counts.info + counts.open)} info
        {counts.open > 0 && ` (${count(counts.open)} never completed)`}
      </p>
    </div>
  );
}
