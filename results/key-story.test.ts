import { expect, it } from 'vitest';
import { historyOf } from '../harness/history/builder.ts';
import type { EventInput, Json } from '../harness/history/event.ts';
import { keysWithStory, lastStates, sightings, storyOf } from './key-story.ts';
import { openHistory } from './open-history.ts';
import { packHistory } from './packed-history.ts';

let clock = 0;
const operation = (
  process: number,
  f: string,
  key: Json,
  given: Json,
  type: 'ok' | 'info' | 'fail',
  got: Json,
  node: string,
): EventInput[] => [
  { time: ++clock, process, type: 'invoke', f, key, value: given },
  { time: ++clock, process, type, f, key, value: got, node },
];
const opened = (...parts: EventInput[][]) => openHistory(packHistory(historyOf(parts.flat())));

it('versions stand in the order in which their writes ended, and a stale read falls back to its row', () => {
  const ops = opened(
    operation(0, 'write', 'x', 1, 'ok', 1, 'n1'),
    operation(0, 'write', 'x', 2, 'ok', 2, 'n1'),
    operation(1, 'read', 'x', null, 'ok', 1, 'n2'),
    operation(1, 'read', 'x', null, 'ok', 2, 'n1'),
    operation(2, 'read', 'x', null, 'ok', null, 'n3'),
  );
  const story = storyOf(ops, 'x');
  expect(story.versions).toEqual(['nil', '1', '2']);
  expect(story.touches.map(({ read, wrote }) => [wrote, read])).toEqual([
    [1, -1],
    [2, -1],
    [-1, 1],
    [-1, 2],
    [-1, 0],
  ]);
  expect(lastStates(ops, story).map(({ node, row }) => [node, story.versions[row]])).toEqual([
    ['n1', '2'],
    ['n2', '1'],
    ['n3', 'nil'],
  ]);
  expect(sightings(ops, story)[2].first).toEqual([{ node: 'n1', time: ops.end[3], o: 3 }]);
});

it('a write that failed made no version, one that nobody knows of did as soon as it was seen', () => {
  const ops = opened(
    operation(0, 'write', 'x', 1, 'fail', 1, 'n1'),
    operation(1, 'write', 'x', 2, 'info', 2, 'n1'),
    operation(2, 'read', 'x', null, 'ok', 2, 'n2'),
    operation(2, 'cas', 'x', [2, 3], 'ok', [2, 3], 'n2'),
    operation(2, 'cas', 'x', [2, 4], 'ok', false, 'n2'),
  );
  expect(storyOf(ops, 'x').versions).toEqual(['nil', '2', '3']);
});

it('appended elements stand in the order of the longest list that a transaction read', () => {
  const ops = opened(
    operation(0, 'txn', null, [['append', 'x', 2]], 'ok', [['append', 'x', 2]], 'n1'),
    operation(0, 'txn', null, [['append', 'x', 1]], 'ok', [['append', 'x', 1]], 'n1'),
    operation(
      1,
      'txn',
      null,
      [
        ['r', 'x', null],
        ['r', 'y', null],
      ],
      'ok',
      [
        ['r', 'x', [1, 2]],
        ['r', 'y', []],
      ],
      'n2',
    ),
  );
  expect(keysWithStory(ops)).toEqual(['x', 'y']);
  const story = storyOf(ops, 'x');
  expect(story.versions).toEqual(['nil', '1', '2']);
  expect(story.touches.at(-1)).toEqual({ o: 2, wrote: -1, read: 2 });
});

it('each field of a row has a story of its own', () => {
  const ops = opened(
    operation(0, 'write', 'k', { a: 1, b: 2 }, 'ok', { a: 1, b: 2 }, 'n1'),
    operation(1, 'read', 'k', null, 'ok', { a: 1, b: null }, 'n2'),
  );
  expect(keysWithStory(ops)).toEqual(['k.a', 'k.b']);
  expect(storyOf(ops, 'k.b').touches.map(({ wrote, read }) => [wrote, read])).toEqual([
    [1, -1],
    [-1, 0],
  ]);
});

it('sets and counters have no versions, so they have no story', () => {
  expect(
    keysWithStory(
      opened(operation(0, 'add', null, 5, 'ok', 5, 'n1'), operation(1, 'read', null, null, 'ok', [5], 'n1')),
    ),
  ).toEqual([]);
});
