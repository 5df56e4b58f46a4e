import { describe, expect, it } from 'vitest';
import { historyOf } from '../../../harness/history/builder.ts';
import type { Json } from '../../../harness/history/event.ts';
import { Script } from '../../sets-queues-counters/testing/cluster-history.ts';
import { counter } from './counter.ts';
import { kv } from './kv.ts';
import type { Model, ModelOperation } from './model.ts';
import { inferredModel } from './models.ts';
import { multiRegister } from './multi-register.ts';
import { mutex } from './mutex.ts';
import { queue } from './queue.ts';
import { set } from './set.ts';

type Result = Json | undefined;

const op = (f: string, value: Json, result: Result, process = 1): ModelOperation => ({
  f,
  value,
  result,
  process,
});
const ok = (f: string, value: Json, result: Json = value, process = 1): ModelOperation =>
  op(f, value, result, process);
const unknown = (f: string, value: Json = null): ModelOperation => op(f, value, undefined);

/** The states after each operation in turn, `no` where it is not legal (and leaves the state as it was). */
function states<S extends Json>(model: Model<S>, initial: Json, ...operations: ModelOperation[]): Json[] {
  let state = model.init(initial);
  return operations.map((operation) => {
    const next = model.step(state, operation);
    if (next === undefined) return 'no';
    return (state = next);
  });
}

describe('each operation of', () => {
  it('a counter', () => {
    const steps = [ok('add', 5), ok('increment', null), ok('decrement', 2), ok('decrement', null)];
    expect(states(counter, null, ...steps)).toEqual([5, 6, 4, 3]);
    expect(states(counter, 7, ok('read', null, 7), ok('read', null, 0), unknown('read'))).toEqual([
      7,
      'no',
      7,
    ]);
    expect(counter.init('seven')).toBe(0);
  });
  it('a store of strings', () => {
    const steps = [ok('append', 'a'), ok('append', 'b'), ok('get', null, 'ab'), ok('read', null, 'ba')];
    expect(states(kv, null, ...steps)).toEqual(['a', 'ab', 'ab', 'no']);
    expect(states(kv, 'x', ok('put', 'y'), ok('write', 3), ok('read', null, 3), ok('append', null))).toEqual([
      ...['y', '3', '3', '3'],
    ]);
    expect(states(kv, null, ok('get', null, null), ok('get', null, ''), unknown('get'))).toEqual([
      '',
      '',
      '',
    ]);
  });
  it('a set', () => {
    const steps = [ok('add', 2), ok('add', 1), ok('add', 2), ok('remove', 2), ok('remove', 9)];
    expect(states(set, null, ...steps)).toEqual([[2], [1, 2], [1, 2], [1], [1]]);
    expect(
      states(set, [1, 'a'], ok('contains', 'a', true), ok('contains', 1, false), ok('contains', 2, false)),
    ).toEqual([expect.anything(), 'no', expect.anything()]);
    expect(states(set, [3, 1], ok('read', null, [1, 3]), ok('read', null, [1]), unknown('read'))).toEqual([
      ...[[1, 3], 'no', [1, 3]],
    ]);
    expect(states(set, [1], unknown('contains', 2))).toEqual([[1]]);
  });
  it('a queue', () => {
    const steps = [
      ok('enqueue', 1),
      ok('enqueue', { a: 2 }),
      ok('dequeue', null, { a: 2 }),
      ok('dequeue', null, 1),
    ];
    expect(states(queue, null, ...steps)).toEqual([[1], [1, { a: 2 }], 'no', [{ a: 2 }]]);
    expect(
      states(queue, [7], ok('dequeue', null, null), unknown('dequeue'), ok('dequeue', null, null)),
    ).toEqual([...['no', [], []]]);
    expect(states(queue, [], ok('dequeue', null, 1))).toEqual(['no']);
  });
  it('a lock', () => {
    const held = { holder: 1, token: null };
    const free = { holder: null, token: null };
    const steps = [
      ok('acquire', null, true),
      ok('acquire', null, true, 2),
      ok('release', null, null, 2),
      ok('release', null),
    ];
    expect(states(mutex, null, ...steps)).toEqual([held, 'no', 'no', free]);
    // Refused: somebody holds it. To release what was never taken is not legal.
    expect(
      states(
        mutex,
        null,
        ok('acquire', null, false),
        ok('release', null),
        unknown('acquire'),
        ok('acquire', null, false, 2),
      ),
    ).toEqual(['no', 'no', held, held]);
    const tokens = [
      ok('acquire', null, 4),
      ok('release', null),
      ok('acquire', null, 4),
      ok('acquire', null, 5),
    ];
    expect(states(mutex, null, ...tokens)).toEqual([
      ...[{ holder: 1, token: 4 }, { holder: null, token: 4 }, 'no', { holder: 1, token: 5 }],
    ]);
    expect(
      states(mutex, null, ok('acquire', null, 4), ok('release', null), ok('acquire', null, true)).at(-1),
    ).toEqual({
      ...{ holder: 1, token: 4 },
    });
  });
  it('several registers', () => {
    const txn = (...value: Json[]): ModelOperation => ok('txn', value);
    const both = txn(['w', 'x', 1], ['r', 'x', 1], ['w', 'y', 2]);
    const after = states(
      multiRegister,
      0,
      both,
      txn(['r', 'y', 2], ['r', 'z', 0]),
      txn(['r', 'x', 0]),
      txn(['w', 'x', 3]),
      txn(['r', 'y', 2], ['r', 'x', 3]),
    );
    const shown = after.map((state) => (state === 'no' ? state : (state as { values: Json }).values));
    const [one, three] = [
      { '"x"': 1, '"y"': 2 },
      { '"x"': 3, '"y"': 2 },
    ];
    expect(shown).toEqual([one, one, 'no', three, three]);
    // What was to be read is not what was read.
    const lost = op(
      'txn',
      [
        ['r', 'x', null],
        ['w', 'x', 1],
      ],
      undefined,
    );
    expect(states(multiRegister, 0, lost)).toMatchObject([{ values: { '"x"': 1 } }]);
  });
});

/** Of each model: operations that never change anything, that are always legal, and that make all states one. */
const TOLD: readonly (readonly [
  Model,
  {
    observes?: ModelOperation[];
    always?: ModelOperation[];
    overwrites?: ModelOperation[];
    none: ModelOperation[];
  },
])[] = [
  [
    counter as unknown as Model,
    { observes: [ok('read', null, 3)], always: [ok('add', 1), ok('decrement', 1)], none: [] },
  ],
  [
    kv as unknown as Model,
    {
      observes: [ok('read', null, 'a'), ok('get', null, 'a')],
      always: [ok('append', 'a')],
      overwrites: [ok('write', 'a'), ok('put', 'a')],
      none: [],
    },
  ],
  [
    set as unknown as Model,
    {
      observes: [ok('read', null, [1]), ok('contains', 1, true)],
      always: [ok('add', 1), ok('remove', 1)],
      none: [],
    },
  ],
  [
    queue as unknown as Model,
    {
      always: [ok('enqueue', 1), unknown('dequeue')],
      none: [ok('dequeue', null, 1), ok('dequeue', null, null)],
    },
  ],
  [
    mutex as unknown as Model,
    {
      observes: [ok('acquire', null, false)],
      none: [ok('acquire', null, true), ok('acquire', null, 1), ok('release', null, false)],
    },
  ],
  [
    multiRegister,
    {
      observes: [ok('txn', [['r', 'x', 1]])],
      always: [
        ok('txn', [['w', 'x', 1]]),
        unknown('txn', [
          ['r', 'x', null],
          ['w', 'x', 1],
        ]),
      ],
      none: [
        ok('txn', [
          ['r', 'x', 1],
          ['w', 'x', 1],
        ]),
      ],
    },
  ],
];

describe.each(TOLD)('$0.name says', (model, { observes = [], always = [], overwrites = [], none }) => {
  it('which operations observe, are always legal, and overwrite', () => {
    for (const each of [...observes, ...always, ...overwrites, ...none]) {
      const told = JSON.stringify(each);
      expect(model.observes?.(each) ?? false, told).toBe(observes.includes(each));
      expect(model.always?.(each) ?? false, told).toBe([...always, ...overwrites].includes(each));
      expect(model.overwrites?.(each) ?? false, told).toBe(overwrites.includes(each));
    }
  });
});

it('a history’s operations tell which object it is of', () => {
  const guess = (...fs: (readonly [string, Json?, Json?])[]): string | undefined => {
    const script = new Script();
    for (const [f, value = null, saw = value] of fs) script.op(1, f, value, { saw });
    return inferredModel(historyOf(script.phase('final').events));
  };
  expect(guess(['read'], ['write', 1])).toBe('register');
  expect(guess(['get'], ['put', 1])).toBe('register');
  expect(guess(['get', null, [1]], ['put', [1]])).toBe('register');
  expect(guess(['read'], ['cas', [1, 2]])).toBe('cas-register');
  expect(guess(['get'], ['append', 'a'])).toBe('kv');
  expect(guess(['add', 1], ['read', null, [1]])).toBe('set');
  expect(guess(['add', [1]], ['read', null, 1])).toBe('counter');
  expect(guess(['add', 1], ['remove', 1])).toBe('set');
  expect(guess(['enqueue', 1], ['dequeue'])).toBe('queue');
  expect(guess(['acquire'], ['release'])).toBe('mutex');
  expect(guess(['increment'], ['read', null, 1])).toBe('counter');
  expect(guess(['txn', [['r', 'x', 1]]])).toBe('multi-register');
  expect(guess(['dance'])).toBe(undefined);
});
