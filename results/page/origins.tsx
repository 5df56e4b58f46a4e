import { useMemo } from 'preact/hooks';
import { keysOfOperation, storyOf } from '../key-story.ts';
import type { Operations } from '../operations.ts';
import { visible } from '../visible.ts';
import type { Show } from './app.tsx';
import { cut, moment, outcomeName } from './format.ts';

/** In longer histories the story of a key is told only when somebody asks for it. */
const MOST = 100_000;

interface Props {
  readonly ops: Operations;
  /** Operations of a witness. */
  readonly shown: readonly number[];
  readonly show: Show;
}

/** Who wrote what a witness read, where its own operations do not say so. */
export function Origins({ ops, shown, show }: Props) {
  const origins = useMemo(() => (ops.count > MOST ? [] : originsOf(ops, shown)), [ops, shown.join()]);
  if (origins.length === 0) return null;
  return (
    <p class="origins">
      {origins.map(({ version, writer }, i) => (
        <>
          {i > 0 && '; '}
          {cut(visible(version), 60)} was written by{' '}
          <button type="button" class="event" onClick={() => show(ops.invoke[writer])}>
            #{ops.invoke[writer]}
          </button>
          {ops.node[writer] >= 0 && ` at ${visible(ops.nodes[ops.node[writer]])}`},{' '}
          {outcomeName(ops.outcome[writer])} at {moment(ops.end[writer], 1e6)}
        </>
      ))}
    </p>
  );
}

function originsOf(ops: Operations, shown: readonly number[]) {
  const keys = [...new Set(shown.flatMap((o) => keysOfOperation(ops, o)))].slice(0, 4);
  return keys.flatMap((key) => {
    const { touches, versions } = storyOf(ops, key);
    const read = new Set(
      touches.filter(({ o, read: row }) => shown.includes(o) && row > 0).map((t) => t.read),
    );
    const writers = touches.filter(({ wrote }) => read.has(wrote));
    return writers
      .filter(({ o }) => !shown.includes(o))
      .map(({ o, wrote }) => ({ version: versions[wrote], writer: o }));
  });
}
