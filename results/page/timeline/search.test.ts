import { expect, it } from 'vitest';
import { historyOf } from '../../../harness/history/builder.ts';
import { openHistory } from '../../open-history.ts';
import { packHistory } from '../../packed-history.ts';
import { search } from './search.ts';

const ops = openHistory(
  packHistory(
    historyOf([
      { time: 0, process: 0, type: 'invoke', f: 'write', key: 'k1', value: 7 },
      { time: 1, process: 0, type: 'ok', f: 'write', key: 'k1', value: 7, node: 'n1' },
      { time: 2, process: 1, type: 'invoke', f: 'read', key: 'k1' },
      { time: 3, process: 1, type: 'ok', f: 'read', key: 'k1', value: 7, node: 'n2' },
      { time: 4, process: 1, type: 'invoke', f: 'write', key: 'k2', value: 17 },
      { time: 5, process: 1, type: 'info', f: 'write', key: 'k2', value: 17 },
      { time: 6, process: 2, type: 'invoke', f: 'txn', value: [['append', 'k3', 7]] },
    ]),
  ),
);

it.each([
  ['#3', [1]],
  ['#99', []],
  ['key:k1', [0, 1]],
  ['value:7', [0, 1]],
  ['value:nil', [1]],
  ['7', [0, 1, 3]],
  ['append', [3]],
  ['process:1 f:write', [2]],
  ['node:n2', [1]],
  ['outcome:info', [2, 3]],
  ['outcome:open', [3]],
  ['k1 outcome:ok value:7 f:read', [1]],
  ['   ', []],
])('the search "%s" finds exactly the operations it names', (query, found) => {
  expect([...search(ops, query)]).toEqual(found);
});
