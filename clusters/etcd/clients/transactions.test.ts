// What a transaction, a bank and a row of etcd do when somebody else is faster, and when an answer is lost.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../harness/history/event.ts';
import { bank } from './bank.ts';
import { EtcdClient } from './client.ts';
import { counter } from './counter.ts';
import type { Planner } from './plan.ts';
import { rows } from './rows.ts';
import { TestMember } from './testing/member.ts';
import { transaction } from './transaction.ts';

const never = new AbortController().signal;
let member: TestMember;
beforeEach(async () => void (member = await TestMember.start()));
afterEach(() => member.stop());

/** One process, which answers operations one after the other. */
function client(planner: Planner) {
  const process = new EtcdClient({ planner, members: ['n1'], open: () => member.open() });
  return (f: string, value: Json = null, key: Json = null) => process.invoke({ f, key, value }, never);
}

/** Does this before the next comparison, once: too late for who has read already. */
function meanwhile(act: () => Promise<unknown>): void {
  member.before = async (path) => {
    if (path !== 'txn' || ++requests < 2) return undefined;
    member.before = () => undefined;
    await act();
    return undefined;
  };
  let requests = 0;
}

function lose(nth: number, path: string): () => number {
  let asked = 0;
  member.before = (each) => (each === path && ++asked === nth ? 'lost' : undefined);
  return () => asked;
}

describe('transaction', () => {
  it('does lists, registers, predicates and deletes, each on what it has done before', async () => {
    const act = client(transaction(false));
    const about = { keys: ['p', 'q', 's'], mod: 2, is: 0 };
    const steps: Json[] = [
      ['append', 'l', 1],
      ['append', 'l', 2],
      ['r', 'l', [1, 2]],
      ['w', 'p', 2],
      ['w', 'q', 3],
      ['rp', about, [['p', 2]]],
      ['w', 'p', null],
      ['rp', about, []],
      ['rp', { keys: about.keys }, [['q', 3]]],
      ['r', 'p', null],
    ];
    const asked = steps.map((step) => {
      const [f, key, value] = step as [string, Json, Json];
      return [f, key, f === 'r' || f === 'rp' ? null : value];
    });
    expect(await act('txn', asked)).toEqual({ type: 'ok', node: 'n1', value: steps });
    const later = [
      ['r', 'l', [1, 2]],
      ['r', 'p', null],
      ['r', 'q', 3],
    ];
    expect(await act('txn', later.map(([f, key]) => [f, key, null]) as Json)).toMatchObject({ value: later });
  });

  it('a delete of what is not there is answered as a read', async () => {
    const act = client(transaction(false));
    expect(await act('txn', [['w', 'x', null]])).toMatchObject({ value: [['r', 'x', null]] });
    await act('txn', [['w', 'x', 1]]);
    expect(await act('txn', [['w', 'x', null]])).toMatchObject({ value: [['w', 'x', null]] });
    expect(await act('txn', [['r', 'x', null]])).toMatchObject({ value: [['r', 'x', null]] });
  });

  it('looks again when somebody else was faster: no update is lost, and what is answered is what was built upon', async () => {
    const [one, other] = [client(transaction(false)), client(transaction(false))];
    meanwhile(() => other('txn', [['append', 'l', 'first']]));
    const steps = [
      ['r', 'l', null],
      ['append', 'l', 'second'],
    ];
    expect(await one('txn', steps)).toMatchObject({
      type: 'ok',
      value: [
        ['r', 'l', ['first']],
        ['append', 'l', 'second'],
      ],
    });
    expect(await one('txn', [['r', 'l', null]])).toMatchObject({ value: [['r', 'l', ['first', 'second']]] });
  });

  it('looks again when a key that it only read has changed, or come, or gone and come again', async () => {
    const [one, other] = [client(transaction(false)), client(transaction(false))];
    for (const change of [[['w', 'x', 1]], [['w', 'x', 2]], [['w', 'x', null]]]) {
      meanwhile(() => other('txn', change));
      const done = await one('txn', [
        ['r', 'x', null],
        ['w', 'y', 1],
      ]);
      expect(done.value).toEqual([
        ['r', 'x', change[0][2]],
        ['w', 'y', 1],
      ]);
    }
  });

  it('learns from a comparison that failed what is there now: three requests in all, the other’s two aside', async () => {
    const [one, other] = [client(transaction(false)), client(transaction(false))];
    let asked = 0;
    member.before = async (path) => {
      if (path === 'txn' && ++asked === 2) await other('txn', [['append', 'l', 1]]);
      return undefined;
    };
    expect(await one('txn', [['append', 'l', 2]])).toMatchObject({ type: 'ok' });
    expect(asked).toBe(3 + 2);
    expect(await one('txn', [['r', 'l', null]])).toMatchObject({ value: [['r', 'l', [1, 2]]] });
  });

  it('blind writes compare nothing, and are one request', async () => {
    const act = client(transaction(false));
    const asked = lose(Infinity, 'txn');
    await act('txn', [
      ['w', 'x', 1],
      ['w', 'y', 2],
    ]);
    expect(asked()).toBe(1);
  });

  it('reads are one request, so one moment', async () => {
    const [one, other] = [client(transaction(false)), client(transaction(false))];
    await other('txn', [
      ['w', 'x', 1],
      ['w', 'y', 1],
    ]);
    const asked = lose(Infinity, 'txn');
    await one('txn', [
      ['r', 'x', null],
      ['r', 'y', null],
    ]);
    expect(asked()).toBe(1);
  });

  it('a lost answer leaves it in doubt: it was done, and is not done again', async () => {
    const act = client(transaction(false));
    const asked = lose(2, 'txn');
    expect(await act('txn', [['append', 'l', 1]])).toMatchObject({ type: 'info', node: 'n1' });
    expect(asked()).toBe(2);
    expect(await act('txn', [['r', 'l', null]])).toMatchObject({ value: [['r', 'l', [1]]] });
  });

  it('a lost answer to what it read leaves nothing in doubt', async () => {
    const act = client(transaction(false));
    lose(1, 'txn');
    expect(await act('txn', [['append', 'l', 1]])).toMatchObject({ type: 'fail' });
    expect(await act('txn', [['r', 'l', null]])).toMatchObject({ value: [['r', 'l', null]] });
  });
});

describe('bank', () => {
  it('opens accounts once, moves money, and refuses what is not there', async () => {
    const act = client(bank(false));
    expect(await act('open', { 0: 10, 1: 10 })).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('transfer', { from: 0, to: 1, amount: 4 })).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('transfer', { from: 0, to: 1, amount: 7 })).toMatchObject({ type: 'ok', value: false });
    await act('open', { 0: 10, 1: 10 });
    expect(await act('read')).toMatchObject({ value: { 0: 6, 1: 14 } });
    expect(await act('read', [1, 0])).toMatchObject({ value: { 0: 6, 1: 14 } });
  });

  it.each([
    ['the source', { from: 0, to: 2, amount: 1 }, { 0: 7, 1: 12, 2: 11 }],
    ['the target', { from: 2, to: 1, amount: 1 }, { 0: 8, 1: 13, 2: 9 }],
  ])('a transfer looks again when %s has changed', async (_which, between, expected) => {
    const [one, other] = [client(bank(false)), client(bank(false))];
    await one('open', { 0: 10, 1: 10, 2: 10 });
    meanwhile(() => other('transfer', between));
    expect(await one('transfer', { from: 0, to: 1, amount: 2 })).toMatchObject({ type: 'ok' });
    expect(await one('read')).toMatchObject({ value: expected });
  });

  it('accounts are read one by one as they stood when the first was', async () => {
    const [one, other] = [client(bank(false)), client(bank(false))];
    await one('open', { 0: 10, 1: 10 });
    let reads = 0;
    member.before = async (path) => {
      if (path === 'range' && ++reads === 2) await other('transfer', { from: 0, to: 1, amount: 5 });
      return undefined;
    };
    expect(await one('read', [0, 1])).toMatchObject({ value: { 0: 10, 1: 10 } });
    expect(reads).toBe(2);
  });
});

describe('rows', () => {
  it('a write touches only the fields that it names; a delete leaves nothing', async () => {
    const act = client(rows(false));
    expect(await act('read', null, 'k')).toMatchObject({ type: 'ok', value: null });
    await act('write', { a: 1, b: 1 }, 'k');
    await act('write', { b: 2 }, 'k');
    expect(await act('read', null, 'k')).toMatchObject({ value: { a: 1, b: 2 } });
    await act('delete', null, 'k');
    expect(await act('read', null, 'k')).toMatchObject({ value: null });
  });

  it('keeps the field that somebody else wrote meanwhile', async () => {
    const [one, other] = [client(rows(false)), client(rows(false))];
    await one('write', { a: 1 }, 'k');
    meanwhile(() => other('write', { b: 2 }, 'k'));
    await one('write', { c: 3 }, 'k');
    expect(await one('read', null, 'k')).toMatchObject({ value: { a: 1, b: 2, c: 3 } });
  });
});

it('counter: what somebody else added meanwhile is not lost', async () => {
  const [one, other] = [client(counter(false)), client(counter(false))];
  meanwhile(() => other('add', 5, 'c'));
  await one('add', 2, 'c');
  expect(await one('read', null, 'c')).toMatchObject({ value: 7 });
});
