import { visible } from '../visible.ts';
import type { CheckSummary, JudgedAnomaly } from '../document.ts';
import type { PageData } from '../page-data.ts';

/** What a checker answered, in words and in the tone of what it means for the claim. */
function answerOf(check: CheckSummary, anomalies: readonly JudgedAnomaly[]): readonly [string, string] {
  if (check.valid === 'unknown') return ['unknown', 'info'];
  if (check.valid) return ['holds', 'ok'];
  const found = anomalies.filter((a) => a.checker === check.checker);
  if (found.length === 0 || found.some((a) => a.status === 'violation'))
    return ['does not hold', 'violation'];
  return found.some((a) => a.status === 'outside-claim')
    ? ['does not hold, under faults outside the claim', 'info']
    : ['does not hold, and the claim does not forbid it', 'info'];
}

export function Checks({ data: { checks, anomalies, strongest = [] } }: { readonly data: PageData }) {
  if (checks.length === 0) return null;
  return (
    <section id="checks" aria-labelledby="checks-title">
      <h2 id="checks-title">What was checked</h2>
      {strongest.length > 0 && <p>Strongest model not refuted by this run: {strongest.join(', ')}.</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">Checker</th>
            <th scope="col">Question</th>
            <th scope="col">Answer</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check) => {
            const [answer, kind] = answerOf(check, anomalies);
            return (
              <tr>
                <td>
                  <code>{visible(check.checker)}</code>
                </td>
                <td>{visible(check.title)}</td>
                <td>
                  <span class={`answer ${kind}`}>{answer}</span>
                  {check.reason && <span class="quiet">: {visible(check.reason)}</span>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
