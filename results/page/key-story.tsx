import { useMemo, useState } from 'preact/hooks';
import { keysOfOperation, keysWithStory, storyOf, type KeyStory } from '../key-story.ts';
import type { Operations } from '../operations.ts';
import type { PageData } from '../page-data.ts';
import { extent, type Span } from '../performance.ts';
import { visible } from '../visible.ts';
import type { Show } from './app.tsx';
import { plural } from './format.ts';
import { KeyChart } from './key-chart.tsx';
import { LastStates, VersionTable } from './key-tables.tsx';
import { witnessOperations } from './witness-layout.ts';

/** A history of more operations is not searched for keys before somebody asks for it. */
const AT_ONCE = 100_000;
/** As many neighbours on each side of a witness are shown with it. */
const NEIGHBOURS = 12;

interface Props {
  readonly data: PageData;
  readonly ops: Operations | null;
  readonly show: Show;
}

/** What happened to one key: its versions in order, who wrote them, and which node showed which when. */
export function KeyStories({ data, ops, show }: Props) {
  const [asked, setAsked] = useState(false);
  const ready = ops !== null && (asked || ops.count <= AT_ONCE);
  const keys = useMemo(() => (ready ? keysWithStory(ops) : []), [ready, ops]);
  return (
    <section id="key" aria-labelledby="key-title">
      <h2 id="key-title">The story of one key</h2>
      {ops === null ? (
        <p class="quiet">Unpacking the history …</p>
      ) : !ready ? (
        <button type="button" onClick={() => setAsked(true)}>
          Look through {plural(ops.count, 'operation')}
        </button>
      ) : keys.length === 0 ? (
        <p class="quiet">No key of this history has versions that could be followed.</p>
      ) : (
        <Story data={data} ops={ops} keys={keys} show={show} />
      )}
    </section>
  );
}

/** The key and the operations of the gravest witness that has one of these keys. */
function accusedKey(data: PageData, ops: Operations, keys: ReadonlySet<string>) {
  for (const { witness } of data.anomalies) {
    const shown = witnessOperations(ops, witness);
    const key = shown.flatMap((o) => keysOfOperation(ops, o)).find((k) => keys.has(k));
    if (key !== undefined) return { key, shown };
  }
  return null;
}

function Story({
  data,
  ops,
  keys,
  show,
}: {
  readonly data: PageData;
  readonly ops: Operations;
  readonly keys: readonly string[];
  readonly show: Show;
}) {
  const accused = useMemo(() => accusedKey(data, ops, new Set(keys)), [data, ops, keys]);
  const [key, setKey] = useState(accused?.key ?? keys[0]);
  const story = useMemo(() => storyOf(ops, key), [ops, key]);
  const whole = useMemo(() => extent(ops), [ops]);
  const near = useMemo(
    () => (accused?.key === key ? around(ops, story, accused.shown) : null),
    [accused, key, ops, story],
  );
  const [chosen, setChosen] = useState<{ readonly key: string; readonly span: Span } | null>(null);
  const span = chosen?.key === key ? chosen.span : (near ?? whole);
  const zoom = (to: Span | null): void => setChosen(to === null ? null : { key, span: to });
  return (
    <>
      <p class="quiet toolbar">
        <label>
          Key{' '}
          <select value={key} onChange={(e) => setKey(e.currentTarget.value)}>
            {keys.map((k) => (
              <option value={k}>{visible(k)}</option>
            ))}
          </select>
        </label>
        <span>
          A row a version, in the order in which the key took them. A bar is its write, a dot a read that
          returned it through the node of that colour: dots fall below the staircase when a node shows what
          was replaced.
        </span>
        <span class="group">
          {near && (
            <button type="button" onClick={() => zoom(near)}>
              Around the witness
            </button>
          )}
          <button type="button" onClick={() => zoom(whole)}>
            Whole run
          </button>
        </span>
      </p>
      <KeyChart
        {...{ ops, story, span }}
        faults={data.faults}
        accused={new Set(accused?.shown ?? [])}
        onZoom={zoom}
      />
      <LastStates ops={ops} story={story} show={show} />
      <VersionTable ops={ops} story={story} span={span} show={show} />
    </>
  );
}

/** The witness and some of what its key lived through before and after. */
function around(ops: Operations, { touches }: KeyStory, shown: readonly number[]): Span | null {
  const places = touches.flatMap(({ o }, i) => (shown.includes(o) ? [i] : []));
  if (places.length === 0) return null;
  const first = touches[Math.max(0, places[0] - NEIGHBOURS)].o;
  const last = touches[Math.min(touches.length - 1, places[places.length - 1] + NEIGHBOURS)].o;
  const room = Math.max(1e6, (ops.end[last] - ops.start[first]) * 0.03);
  return { from: Math.max(0, ops.start[first] - room), to: Math.min(ops.end[last], ops.duration) + room };
}
