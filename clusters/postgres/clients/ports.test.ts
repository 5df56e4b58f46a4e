// What each port's operations mean, on a real server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Completion } from '../../../harness/cluster.ts';
import { PORT_ROLE } from '../server/server.ts';
import { eventually, never, runningCluster, type RunningCluster } from '../testing/running.ts';
import { Connection } from './connection.ts';
import { transactionDialect } from './transaction.ts';

let running: RunningCluster;
beforeAll(async () => {
  running = await runningCluster('async', { isolation: 'serializable', reads: 'any' }, ['n1', 'n2']);
});
afterAll(() => running.close());

const ADVISORY = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'";

/** A client that reads from the primary, whatever the routing says. */
async function onPrimary(port: string) {
  const client = await running.cluster.connect({ port, process: 0, session: 0, node: 'n1' });
  return (f: string, key: string | null, value: Parameters<typeof client.invoke>[0]['value'] = null) =>
    client.invoke({ f, key, value }, never);
}

describe('register', () => {
  it('reads null before the first write, then what was written, whatever JSON it is', async () => {
    const act = await onPrimary('register');
    expect(await act('read', 'r')).toEqual({ type: 'ok', node: 'n1', value: null });
    for (const value of [1, 'one', [1, 2], { a: null }]) {
      expect(await act('write', 'r', value)).toEqual({ type: 'ok', node: 'n1' });
      expect(await act('read', 'r')).toMatchObject({ value });
    }
  });

  it('a cas that matches replaces the value, one that does not is ok with false', async () => {
    const act = await onPrimary('register');
    expect(await act('cas', 'c', [null, 1])).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('cas', 'c', [null, 2])).toEqual({ type: 'ok', node: 'n1', value: false });
    expect(await act('cas', 'c', [1, 3])).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('cas', 'c', [1, 4])).toEqual({ type: 'ok', node: 'n1', value: false });
    expect(await act('read', 'c')).toMatchObject({ value: 3 });
  });

  it('keys that only look alike are different objects', async () => {
    const client = await running.cluster.connect({ port: 'register', process: 0, session: 0, node: 'n1' });
    await client.invoke({ f: 'write', key: 1, value: 'number' }, never);
    await client.invoke({ f: 'write', key: '1', value: 'text' }, never);
    expect(await client.invoke({ f: 'read', key: 1 }, never)).toMatchObject({ value: 'number' });
  });
});

describe('set', () => {
  it('reads every element that was added, and refuses one that is there', async () => {
    const act = await onPrimary('set');
    for (const element of [3, 1, 2]) expect(await act('add', null, element)).toMatchObject({ type: 'ok' });
    expect(await act('add', null, 1)).toMatchObject({ type: 'fail', error: { code: '23505' } });
    expect(await act('read', null)).toMatchObject({ value: [3, 1, 2] });
  });
});

describe('rows', () => {
  it('a write touches only the fields it names; a delete leaves nothing', async () => {
    const act = await onPrimary('rows');
    await act('write', 'k', { a: 1, b: 1 });
    await act('write', 'k', { b: 2 });
    expect(await act('read', 'k')).toMatchObject({ value: { a: 1, b: 2 } });
    await act('delete', 'k');
    expect(await act('read', 'k')).toMatchObject({ value: null });
  });
});

describe('counter', () => {
  it('is 0 before the first add, and the sum after', async () => {
    const act = await onPrimary('counter');
    expect(await act('read', 'c')).toEqual({ type: 'ok', node: 'n1', value: 0 });
    for (const amount of [3, -1]) expect(await act('add', 'c', amount)).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('read', 'c')).toMatchObject({ value: 2 });
  });
});

describe('queue', () => {
  it('gives out what came first, once, and null when it is empty', async () => {
    const act = await onPrimary('queue');
    for (const element of [3, 'x', 1]) await act('enqueue', 'q', element);
    const out = [];
    for (let i = 0; i < 4; i++) out.push((await act('dequeue', 'q')).value);
    expect(out).toEqual([3, 'x', 1, null]);
    expect((await act('dequeue', 'other')).value).toBe(null);
  });

  it('a dequeue waits for the one before it, and takes the next', async () => {
    const acts = await Promise.all([onPrimary('queue'), onPrimary('queue'), onPrimary('queue')]);
    for (const element of [1, 2, 3]) await acts[0]('enqueue', 'together', element);
    const out = await Promise.all(acts.map((act) => act('dequeue', 'together')));
    expect(out.map(({ value }) => value).sort()).toEqual([1, 2, 3]);
  });
});

describe('log', () => {
  it('tells the offset of a message, and a session polls on from where it is, on a new connection too', async () => {
    const [one, other] = [await onPrimary('log'), await onPrimary('log')];
    expect(await one('send', 'l', 'a')).toMatchObject({ value: [0, 'a'] });
    expect(await other('send', 'l', 'b')).toMatchObject({ value: [1, 'b'] });
    expect(await one('poll', 'l')).toMatchObject({
      value: [
        [0, 'a'],
        [1, 'b'],
      ],
    });
    expect(await one('poll', 'l')).toMatchObject({ value: [] });
    expect(await other('poll', 'l')).toMatchObject({ value: [] });
    await other('seek', 'l', 1);
    expect(await other('poll', 'l')).toMatchObject({ value: [[1, 'b']] });
  });
});

describe('ids', () => {
  it('are each another one', async () => {
    const act = await onPrimary('ids');
    const found = await Promise.all(Array.from({ length: 5 }, () => act('generate', null)));
    expect(new Set(found.map(({ value }) => value)).size).toBe(5);
  });
});

describe('lock', () => {
  it('has one holder at a time, who alone gives it back', async () => {
    const [one, other] = [await onPrimary('lock'), await onPrimary('lock')];
    expect(await one('acquire', 'l')).toEqual({ type: 'ok', node: 'n1', value: null });
    expect(await other('acquire', 'l')).toMatchObject({ type: 'fail', error: { code: 'held' } });
    expect(await other('release', 'l')).toMatchObject({ type: 'fail', error: { code: 'not-held' } });
    expect(await one('acquire', 'l')).toMatchObject({ type: 'fail', error: { code: 'held' } });
    expect(await other('acquire', 'another')).toMatchObject({ type: 'ok' });
    expect(await one('release', 'l')).toEqual({ type: 'ok', node: 'n1' });
    expect(await other('acquire', 'l')).toMatchObject({ type: 'ok' });
    for (const key of ['l', 'another']) await other('release', key);
  });

  it('ends with the session that holds it, which does not know when: its release is info', async () => {
    const [one, other] = [await onPrimary('lock'), await onPrimary('lock')];
    await one('acquire', 'l');
    const holders = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted";
    expect((await running.sql('n1', holders)).count).toBe(1);
    await eventually('the lock', async () => (await other('acquire', 'l')).type === 'ok');
    expect(await one('release', 'l')).toMatchObject({ type: 'info', error: { code: 'session-ended' } });
    expect(await other('release', 'l')).toMatchObject({ type: 'ok' });
  });

  it('is given back where it was taken, wherever operations go by now', async () => {
    const client = await running.client('lock');
    const on = async (node: string) => (await running.sql(node, ADVISORY)).count;
    await client.invoke({ f: 'acquire', key: 'l', node: 'n2' }, never);
    expect([await on('n1'), await on('n2')]).toEqual([0, 1]);
    expect(await client.do('release', 'l')).toEqual({ type: 'ok', node: 'n2' });
    expect(await on('n2')).toBe(0);
    await client.close();
  });

  it('goes with the client that is closed', async () => {
    const [one, other] = [await running.client('lock'), await onPrimary('lock')];
    expect(await one.do('acquire', 'l')).toMatchObject({ type: 'ok', node: 'n1' });
    await one.close();
    await eventually('the lock', async () => (await other('acquire', 'l')).type === 'ok');
  });
});

describe('transaction', () => {
  it('appends to lists, writes registers, and reads both', async () => {
    const act = await onPrimary('transaction');
    expect(
      await act('txn', null, [
        ['r', 'l', null],
        ['append', 'l', 1],
        ['append', 'l', 2],
        ['w', 'x', 7],
        ['r', 'l', null],
      ]),
    ).toEqual({
      type: 'ok',
      node: 'n1',
      value: [
        ['r', 'l', null],
        ['append', 'l', 1],
        ['append', 'l', 2],
        ['w', 'x', 7],
        ['r', 'l', [1, 2]],
      ],
    });
    expect(await act('txn', null, [['r', 'x', null]])).toMatchObject({ value: [['r', 'x', 7]] });
  });

  it('is fail when the server rolls it back, and its connection goes on', async () => {
    const [one, two] = [await onPrimary('transaction'), await onPrimary('transaction')];
    const hot = [
      ['r', 'hot', null],
      ['append', 'hot', 0],
    ];
    const ended: Completion[] = [];
    for (let round = 0; round < 20; round++)
      ended.push(...(await Promise.all([one('txn', null, hot), two('txn', null, hot)])));
    const failed = ended.filter(({ type }) => type === 'fail');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ error }) => error?.code === '40001')).toBe(true);
    const { value } = await one('txn', null, [['r', 'hot', null]]);
    const [[, , list]] = value as [[string, string, number[]]];
    expect(list).toHaveLength(ended.length - failed.length);
  });

  it('reads go to a standby only where it can serve them', async () => {
    const client = await running.client('transaction', 0, 1);
    const node = async () => (await client.do('txn', null, [['r', 'x', null]])).node;
    // Serializable transactions are refused by a hot standby.
    expect([await node(), await node()]).toEqual(['n1', 'n1']);
    await client.close();
  });
});

describe('transaction, further', () => {
  it('reads by a predicate, changes and deletes', async () => {
    const act = await onPrimary('transaction');
    const all = { keys: ['p', 'q', 's'] };
    const about = { ...all, mod: 2, is: 0 };
    await act('txn', null, [
      ['w', 'p', 2],
      ['w', 'q', 3],
    ]);
    const { value } = await act('txn', null, [
      ['rp', about, null],
      ['w', 'q', 4],
      ['w', 'p', null],
      ['rp', about, null],
      ['rp', all, null],
      ['r', 'p', null],
      ['w', 'p', null],
    ]);
    expect(value).toEqual([
      ['rp', about, [['p', 2]]],
      ['w', 'q', 4],
      ['w', 'p', null],
      ['rp', about, [['q', 4]]],
      ['rp', all, [['q', 4]]],
      ['r', 'p', null],
      ['r', 'p', null],
    ]);
  });
});

// "Operating as designed": https://postgrespro.com/list/id/708274.1638118266@sss.pgh.pa.us
describe('a row that is inserted again while somebody else deletes it', () => {
  async function insertedAgain(level: string) {
    const key = '"again"';
    const upsert = 'INSERT INTO cells VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = excluded.v';
    const open = () => Connection.open(running.host.client('n1', PORT_ROLE), running.credentials);
    const [one, other] = [await open(), await open()];
    const statement = (text: string, ...values: string[]) => one.run('open', text, values, null);
    try {
      await other.run('commit', upsert, [key, '1'], null);
      await statement(`BEGIN ISOLATION LEVEL ${level}`);
      await statement('SELECT v FROM cells WHERE k = $1', key);
      await other.run('read', `SET default_transaction_isolation = '${level}'`, [], null);
      await other.run('commit', 'DELETE FROM cells WHERE k = $1', [key], null);
      await statement(upsert, key, '2');
      const { rows } = await statement(transactionDialect('repeatable-read').present(1), key);
      return rows.map(({ v }) => v);
    } finally {
      for (const connection of [one, other]) connection.destroy();
    }
  }

  it('is there twice at repeatable read, under one primary key', async () => {
    expect(await insertedAgain('repeatable read')).toEqual([1, 2]);
  });

  it('is refused at serializable', async () => {
    await expect(insertedAgain('serializable')).rejects.toThrow(/could not serialize access/);
  });
});

describe('bank', () => {
  it('opens accounts once, transfers what is there, and reads all or each', async () => {
    const act = await onPrimary('bank');
    await act('open', null, { 0: 10, 1: 10 });
    await act('open', null, { 0: 99 });
    expect(await act('transfer', null, { from: 0, to: 1, amount: 4 })).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('read', null)).toMatchObject({ value: { 0: 6, 1: 14 } });
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ])
      expect(await act('transfer', null, { from, to, amount: 15 })).toMatchObject({
        type: 'ok',
        value: false,
      });
    expect(await act('read', null, [1, 0])).toMatchObject({ value: { 0: 6, 1: 14 } });
  });
});

describe('routing', () => {
  it('any: reads take turns, writes go to the primary', async () => {
    const client = await running.client('register', 0, 0);
    expect(await client.do('write', 'turn', 1)).toMatchObject({ node: 'n1' });
    const nodes = [(await client.do('read', 'turn')).node, (await client.do('read', 'turn')).node];
    expect(nodes).toEqual(['n1', 'n2']);
    await client.close();
  });

  it('an operation that names a node is answered by that node, a standby refusing to write', async () => {
    const client = await running.client('register');
    await client.do('write', 'there', 1);
    const read = { f: 'read', key: 'there', node: 'n2' };
    await eventually('the row', async () => (await client.invoke(read, never)).value === 1);
    expect(await client.invoke({ ...read, f: 'write', value: 2 }, never)).toMatchObject({
      type: 'fail',
      node: 'n2',
      error: { code: '25006' },
    });
    await client.close();
  });
});

it('a port without a client is told', async () => {
  await expect(running.cluster.connect({ port: 'siblings', process: 0, session: 0 })).rejects.toThrow(
    'postgres has no client for the port "siblings"',
  );
});
