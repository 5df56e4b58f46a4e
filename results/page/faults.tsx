import { visible } from '../visible.ts';
import { useMemo } from 'preact/hooks';
import type { Operations } from '../operations.ts';
import type { PageData } from '../page-data.ts';
import { complement, service, timeToFirstOk, type Service, type Span } from '../performance.ts';
import { count, duration, moment, percent } from './format.ts';

const yes = (b: boolean) =>
  b ? <span class="answer ok">yes</span> : <span class="answer violation">no</span>;

export function Faults({ data, ops }: { readonly data: PageData; readonly ops: Operations | null }) {
  if (data.faults.length === 0) return null;
  return (
    <section id="faults" aria-labelledby="faults-title">
      <h2 id="faults-title">Faults</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Fault</th>
              <th scope="col">Targets</th>
              <th scope="col" class="right">
                From
              </th>
              <th scope="col" class="right">
                Lasted
              </th>
              <th scope="col" title="A probe that shares nothing with the injection saw it in place">
                Reached
              </th>
              <th scope="col" title="The database felt it">
                Bit
              </th>
              <th scope="col" class="right" title="Client operations open while it was in place">
                In flight
              </th>
              <th scope="col">Evidence</th>
            </tr>
          </thead>
          <tbody>
            {data.faults.map((f) => (
              <tr>
                <td>
                  <code>{visible(f.fault)}</code>
                </td>
                <td>{visible(f.targets.join(', '))}</td>
                <td class="right">{moment(f.start)}</td>
                <td class="right">{f.end === null ? 'to the end' : duration(f.end - f.start)}</td>
                <td>{yes(f.reached)}</td>
                <td>{yes(f.bit)}</td>
                <td class="right">{count(f.inFlight)}</td>
                <td class="quiet">{visible(f.evidence)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {ops && <ServiceTable data={data} ops={ops} />}
    </section>
  );
}

interface Row {
  readonly name: string;
  readonly service: Service;
  readonly firstOk: number | null | undefined;
}

function serviceRows(data: PageData, ops: Operations): Row[] {
  const end = data.phases.find((p) => p.phase === 'heal')?.time ?? ops.duration;
  const begin = data.phases.find((p) => p.phase === 'warm-up')?.time ?? 0;
  const spans: Span[] = data.faults.map((f) => ({ from: f.start, to: f.end ?? ops.duration }));
  return [
    {
      name: 'outside every fault',
      service: service(ops, complement({ from: begin, to: end }, spans)),
      firstOk: undefined,
    },
    ...data.faults.map((f, i) => ({
      name: f.fault,
      service: service(ops, [spans[i]]),
      firstOk: f.end === null ? undefined : timeToFirstOk(ops, f.end),
    })),
  ];
}

function ServiceTable({ data, ops }: { readonly data: PageData; readonly ops: Operations }) {
  const rows = useMemo(() => serviceRows(data, ops), [data, ops]);
  return (
    <>
      <h3>What clients got meanwhile</h3>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {[
                'During',
                'Attempts',
                'Answered ok',
                'fail',
                'info',
                'p50',
                'p99',
                'Longest silence',
                'First ok after heal',
              ].map((name, i) => (
                <th scope="col" class={i > 0 ? 'right' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, service: s, firstOk }) => (
              <tr>
                <th scope="row">{visible(name)}</th>
                <td class="right">{count(s.attempts)}</td>
                <td class="right">{percent(s.attempts === 0 ? null : s.ok / s.attempts)}</td>
                <td class="right">{count(s.fail)}</td>
                <td class="right">{count(s.info)}</td>
                <td class="right">{s.p50 === null ? '–' : duration(s.p50)}</td>
                <td class="right">{s.p99 === null ? '–' : duration(s.p99)}</td>
                <td class="right">{duration(s.longestGap)}</td>
                <td class="right">
                  {firstOk === undefined ? '' : firstOk === null ? 'never' : duration(firstOk)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
