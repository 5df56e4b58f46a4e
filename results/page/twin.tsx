import { visible } from '../visible.ts';
import type { PageData } from '../page-data.ts';

/** The same replication without the database around it, under the same seed: what of a finding is the design's. */
export function TwinRun({ data: { twin, title } }: { readonly data: PageData }) {
  if (twin === null) return null;
  return (
    <section id="twin" aria-labelledby="twin-title">
      <h2 id="twin-title">Beside its twin</h2>
      <p class="quiet">
        <code>{visible(twin.configuration)}</code> is the same replication in the reference store, simulated
        under the same seed, workload and faults: its report is{' '}
        <a href="twin/report.html">twin/report.html</a>.
      </p>
      <table>
        <thead>
          <tr>
            <td></td>
            <th scope="col">{visible(title)}</th>
            <th scope="col">{visible(twin.configuration)}</th>
          </tr>
        </thead>
        <tbody>
          {twin.rows.map(([label, here, there]) => (
            <tr>
              <th scope="row">{visible(label)}</th>
              <td>{visible(here)}</td>
              <td>{visible(there)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
