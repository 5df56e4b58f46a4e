import { useState } from 'preact/hooks';
import { lastStates, sightings, type KeyStory, type Sighting } from '../key-story.ts';
import { INFO, OK, type Operations } from '../operations.ts';
import type { Span } from '../performance.ts';
import { visible } from '../visible.ts';
import type { Show } from './app.tsx';
import { cut, moment, plural } from './format.ts';

interface Props {
  readonly ops: Operations;
  readonly story: KeyStory;
  readonly show: Show;
}

const versionName = (story: KeyStory, row: number): string =>
  row === 0 ? 'nil' : cut(visible(story.versions[row]), 60);

/** What each node showed last, and whether the replicas end alike. */
export function LastStates({ ops, story, show }: Props) {
  const states = lastStates(ops, story);
  if (states.length === 0) return null;
  // A node that was last read while the key still changed may differ and be right.
  const settled = states.filter(({ o }) => ops.start[o] >= lastWrite(ops, story));
  const alike = new Set(settled.map(({ row }) => row)).size === 1;
  return (
    <p>
      Last read through each node:{' '}
      {states.map(({ node, row, o }, i) => (
        <>
          {i > 0 && ', '}
          <b>{visible(node)}</b> {versionName(story, row)}{' '}
          <button type="button" class="event" onClick={() => show(ops.invoke[o])}>
            #{ops.complete[o]}
          </button>{' '}
          <span class="quiet">at {moment(ops.end[o], 1e7)}</span>
        </>
      ))}
      {settled.length > 1 && (
        <span class={`answer ${alike ? 'ok' : 'info'}`}>
          {alike ? ' at the end all alike' : ' at the end not alike'}
        </span>
      )}
    </p>
  );
}

/** When the last write of the key was acknowledged, ns. */
function lastWrite(ops: Operations, { touches }: KeyStory): number {
  return touches.reduce(
    (last, { o, wrote }) => (wrote >= 0 && ops.outcome[o] === OK ? Math.max(last, ops.end[o]) : last),
    0,
  );
}

const ROWS = 40;

/** Each version in sight: who wrote it, and when each node showed it first and last. */
export function VersionTable({ ops, story, span, show }: Props & { readonly span: Span }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>Who saw which version when, as a table</summary>
      {open && <Rows {...{ ops, story, span, show }} />}
    </details>
  );
}

function Rows({ ops, story, span, show }: Props & { readonly span: Span }) {
  const all = sightings(ops, story);
  const nodes = [...new Set(all.flatMap(({ first }) => first.map(({ node }) => node)))].sort();
  const touched = new Set(
    story.touches
      .filter(({ o }) => ops.end[o] >= span.from && ops.start[o] <= span.to)
      .flatMap(({ wrote, read }) => [wrote, read]),
  );
  const rows = all.filter(({ row }) => touched.has(row));
  const seen = (list: readonly Sighting[], node: string): Sighting | undefined =>
    list.find((sighting) => sighting.node === node);
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Written by</th>
            <th scope="col">Acknowledged</th>
            {nodes.map((node) => (
              <th scope="col">{visible(node)} showed it</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS).map(({ row, writer, first, last }) => (
            <tr>
              <th scope="row">{versionName(story, row)}</th>
              <td>
                {writer >= 0 && (
                  <button type="button" class="event" onClick={() => show(ops.invoke[writer])}>
                    #{ops.invoke[writer]}
                  </button>
                )}
                {writer >= 0 && ops.node[writer] >= 0 && ` ${visible(ops.nodes[ops.node[writer]])}`}
              </td>
              <td>
                {writer < 0
                  ? ''
                  : ops.outcome[writer] === INFO
                    ? 'unknown whether'
                    : moment(ops.end[writer], 1e5)}
              </td>
              {nodes.map((node) => {
                const [from, to] = [seen(first, node), seen(last, node)];
                return (
                  <td>
                    {from && to
                      ? from.o === to.o
                        ? `at ${moment(from.time, 1e5)}`
                        : `${moment(from.time, 1e5)} to ${moment(to.time, 1e5)}`
                      : '–'}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS && (
        <p class="quiet">and {plural(rows.length - ROWS, 'version')} more in this stretch</p>
      )}
    </div>
  );
}
