import { visible } from '../visible.ts';
import type { CheckSummary } from '../document.ts';

const SAYS = new Map<boolean | 'unknown', readonly [string, string]>([
  [true, ['holds', 'ok']],
  [false, ['does not hold', 'violation']],
  ['unknown', ['unknown', 'info']],
]);

export function Checks({ checks }: { readonly checks: readonly CheckSummary[] }) {
  if (checks.length === 0) return null;
  return (
    <section id="checks" aria-labelledby="checks-title">
      <h2 id="checks-title">What was checked</h2>
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
            const [answer, kind] = SAYS.get(check.valid) ?? ['unknown', 'info'];
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
