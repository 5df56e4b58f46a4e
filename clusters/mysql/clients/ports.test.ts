// What each port's operations mean, and what each row of the error table does, on a real server.
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../harness/history/event.ts';
import { describeDocker } from '../../../harness/hosts/docker/testing/suite.ts';
import type { Endpoint } from '../../../harness/hosts/types.ts';
import { proxyTo } from '../../postgres/testing/proxy.ts';
import { lock } from '../../sql/lock.ts';
import type { ClientPhase } from '../../sql/outcome.ts';
import { PORT_ROLE } from '../server.ts';
import { eventually, never, runningCluster, type RunningCluster } from '../testing/running.ts';
import { Connection, Failed } from './connection.ts';
import { classify, ERRORS } from './errors.ts';
import { lockDialect } from './lock.ts';

let running: RunningCluster;

async function clientOf(port: string) {
  const client = await running.cluster.connect({ port, process: 0, session: 0 });
  return (f: string, key: string | null, value: Json = null) => client.invoke({ f, key, value }, never);
}

describeDocker('a client of MySQL', () => {
  beforeAll(async () => {
    running = await runningCluster('single', {}, ['n1']);
  }, 600_000);
  afterAll(() => running?.close());

  describe('register', () => {
    it('reads null before the first write, then what was written, whatever JSON it is', async () => {
      const act = await clientOf('register');
      expect(await act('read', 'r')).toEqual({ type: 'ok', node: 'n1', value: null });
      for (const value of [1, 'one', [1, 2], { a: null }]) {
        expect(await act('write', 'r', value)).toEqual({ type: 'ok', node: 'n1' });
        expect(await act('read', 'r')).toMatchObject({ value });
      }
    });

    it('a cas that matches replaces the value, one that does not is ok with false', async () => {
      const act = await clientOf('register');
      expect(await act('cas', 'c', [null, 1])).toEqual({ type: 'ok', node: 'n1' });
      expect(await act('cas', 'c', [null, 2])).toEqual({ type: 'ok', node: 'n1', value: false });
      expect(await act('cas', 'c', [1, 3])).toEqual({ type: 'ok', node: 'n1' });
      expect(await act('cas', 'c', [1, 4])).toEqual({ type: 'ok', node: 'n1', value: false });
      expect(await act('read', 'c')).toMatchObject({ value: 3 });
    });
  });

  it('set: reads every element that was added, and refuses one that is there', async () => {
    const act = await clientOf('set');
    for (const element of [3, 1, 2]) expect(await act('add', null, element)).toMatchObject({ type: 'ok' });
    expect(await act('add', null, 1)).toMatchObject({ type: 'fail', error: { code: 'ER_DUP_ENTRY' } });
    expect(await act('read', null)).toMatchObject({ value: [3, 1, 2] });
  });

  it('rows: a write touches only the fields it names; a delete leaves nothing', async () => {
    const act = await clientOf('rows');
    await act('write', 'k', { a: 1, b: 1 });
    await act('write', 'k', { b: 2 });
    expect(await act('read', 'k')).toMatchObject({ value: { a: 1, b: 2 } });
    await act('delete', 'k');
    expect(await act('read', 'k')).toMatchObject({ value: null });
  });

  it('transaction: lists, registers, predicates and deletes', async () => {
    const act = await clientOf('transaction');
    const about = { keys: ['p', 'q', 's'], mod: 2, is: 0 };
    const steps = [
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
    const asked = steps.map(
      ([f, key, value]): Json => [f as string, key, f === 'r' || f === 'rp' ? null : value] as Json,
    );
    expect(await act('txn', null, asked)).toMatchObject({ type: 'ok', value: steps });
  });

  it('bank: opens accounts once, transfers what is there, and reads all or each', async () => {
    const act = await clientOf('bank');
    await act('open', null, { 0: 10, 1: 10 });
    await act('open', null, { 0: 99 });
    expect(await act('transfer', null, { from: 0, to: 1, amount: 4 })).toEqual({ type: 'ok', node: 'n1' });
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ])
      expect(await act('transfer', null, { from, to, amount: 15 })).toMatchObject({
        type: 'ok',
        value: false,
      });
    expect(await act('read', null)).toMatchObject({ value: { 0: 6, 1: 14 } });
    expect(await act('read', null, [1, 0])).toMatchObject({ value: { 0: 6, 1: 14 } });
  });

  it('counter: is 0 before the first add, and the sum after', async () => {
    const act = await clientOf('counter');
    expect(await act('read', 'c')).toEqual({ type: 'ok', node: 'n1', value: 0 });
    for (const amount of [3, -1]) expect(await act('add', 'c', amount)).toEqual({ type: 'ok', node: 'n1' });
    expect(await act('read', 'c')).toMatchObject({ value: 2 });
  });

  it('ids: are each another one, told by the insert', async () => {
    const acts = await Promise.all([clientOf('ids'), clientOf('ids')]);
    const found = await Promise.all([0, 1, 0, 1].map((i) => acts[i]('generate', null)));
    const { rows } = await running.sql('n1', 'SELECT id FROM ids ORDER BY id');
    expect(found.map(({ value }) => Number(value)).sort((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
    expect(rows).toHaveLength(4);
  });

  describe('queue', () => {
    it('gives out what came first, once, and null when it is empty', async () => {
      const act = await clientOf('queue');
      for (const element of [3, 'x', 1])
        expect(await act('enqueue', 'q', element)).toEqual({ type: 'ok', node: 'n1' });
      const out = [];
      for (let i = 0; i < 4; i++) out.push((await act('dequeue', 'q')).value);
      expect(out).toEqual([3, 'x', 1, null]);
      expect((await act('dequeue', 'other')).value).toBe(null);
    });

    it('a dequeue waits for the one before it, and takes the next', async () => {
      const acts = await Promise.all([clientOf('queue'), clientOf('queue'), clientOf('queue')]);
      for (const element of [1, 2, 3]) await acts[0]('enqueue', 'together', element);
      const out = await Promise.all(acts.map((act) => act('dequeue', 'together')));
      expect(out.map(({ value }) => value).sort()).toEqual([1, 2, 3]);
    });

    it('every operation writes its head, a dequeue of nothing too: a group certifies what is written', async () => {
      const act = await clientOf('queue');
      const head = async () => {
        const { rows } = await running.sql('n1', `SELECT n, taken FROM heads WHERE k = 'queue/"certified"'`);
        return rows.map(({ n, taken }) => [n, taken]);
      };
      const seen = [];
      for (const f of ['dequeue', 'enqueue', 'dequeue', 'dequeue']) {
        await act(f, 'certified', 1);
        seen.push(...(await head()));
      }
      expect(seen).toEqual([
        [0, 1],
        [1, 1],
        [1, 2],
        [1, 3],
      ]);
    });
  });

  it('log: tells the offset of a message, and a session polls on from where it is', async () => {
    const [one, again] = [await clientOf('log'), await clientOf('log')];
    expect(await one('send', 'l', 'a')).toMatchObject({ value: [0, 'a'] });
    expect(await again('send', 'l', 'b')).toMatchObject({ value: [1, 'b'] });
    const both = [
      [0, 'a'],
      [1, 'b'],
    ];
    expect(await one('poll', 'l')).toMatchObject({ value: both });
    expect(await again('poll', 'l')).toMatchObject({ value: [] });
    await again('seek', 'l', 1);
    expect(await one('poll', 'l')).toMatchObject({ value: [[1, 'b']] });
  });

  describe('lock', () => {
    it('has one holder at a time, who alone gives it back, however its name is written', async () => {
      const [one, other] = [await clientOf('lock'), await clientOf('lock')];
      expect(await one('acquire', 'l')).toEqual({ type: 'ok', node: 'n1', value: null });
      expect(await other('acquire', 'l')).toMatchObject({ type: 'fail', error: { code: 'held' } });
      expect(await other('release', 'l')).toMatchObject({ type: 'fail', error: { code: 'not-held' } });
      expect(await one('acquire', 'l')).toMatchObject({ type: 'fail', error: { code: 'held' } });
      for (const key of ['L', 'l'.repeat(100)])
        expect(await other('acquire', key)).toMatchObject({ type: 'ok' });
      expect(await one('release', 'l')).toEqual({ type: 'ok', node: 'n1' });
      expect(await other('acquire', 'l')).toMatchObject({ type: 'ok' });
      expect(await other('release', 'l')).toMatchObject({ type: 'ok' });
    });

    it('ends with the session that holds it, which does not know when: its release is info', async () => {
      const [one, other] = [await clientOf('lock'), await clientOf('lock')];
      await one('acquire', 'ending');
      const { rows } = await running.sql('n1', 'SELECT IS_USED_LOCK(SHA2(\'lock/"ending"\', 256)) AS id');
      await running.sql('n1', `KILL ${Number(rows[0].id)}`);
      await eventually('the lock', async () => (await other('acquire', 'ending')).type === 'ok');
      expect(await one('release', 'ending')).toMatchObject({
        type: 'info',
        error: { code: 'session-ended' },
      });
      expect(await other('release', 'ending')).toMatchObject({ type: 'ok' });
    });
  });

  describe('the error table', () => {
    const session = (endpoint: Endpoint = running.host.client('n1', PORT_ROLE)) =>
      Connection.open(endpoint, running.cluster.credentials);

    async function judged(work: Promise<unknown>) {
      const thrown: unknown = await work.then(
        () => null,
        (error: unknown) => error,
      );
      if (!(thrown instanceof Failed)) throw new Error(`did not fail as it should: ${String(thrown)}`);
      const { row, outcome, error } = thrown.verdict();
      return { row, outcome, code: error.code };
    }

    const insert = (connection: Connection, k: string, phase: ClientPhase = 'commit') =>
      connection.run(phase, "INSERT INTO kv VALUES (?, '1')", [k], null);

    const present = async (k: string) =>
      (await running.sql('n1', `SELECT 1 FROM kv WHERE k = '${k}'`)).count === 1;

    /** The session that runs a statement like `text`, once it does. */
    async function thread(text: string): Promise<number> {
      let id = 0;
      await eventually(`a session that runs ${text}`, async () => {
        const { rows } = await running.sql('n1', 'SHOW FULL PROCESSLIST');
        id = Number(rows.find(({ Info }) => typeof Info === 'string' && Info.startsWith(text))?.Id ?? 0);
        return id > 0;
      });
      return id;
    }

    it('not-sent: a refused connection is fail', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      const dialled = session({ host: '127.0.0.1', port });
      expect(await judged(dialled)).toEqual({ row: 'not-sent', outcome: 'fail', code: 'ECONNREFUSED' });
    });

    it('not-sent: a handshake that is cut off is fail, although its code is that of a lost reply', async () => {
      const proxy = await proxyTo(running.host.client('n1', PORT_ROLE));
      proxy.swallowReplies();
      const dialling = judged(session(proxy));
      await new Promise((resolve) => setTimeout(resolve, 100));
      proxy.cut();
      expect(await dialling).toMatchObject({ row: 'not-sent', outcome: 'fail' });
      await proxy.close();
    });

    it('read: one that is killed is fail', async () => {
      const reading = judged((await session()).run('read', "SELECT 'a read', SLEEP(60)", [], null));
      await running.sql('n1', `KILL ${await thread("SELECT 'a read'")}`);
      expect(await reading).toMatchObject({ row: 'read', outcome: 'fail' });
    });

    it('held: a lock of another session is fail; session-ended: giving it back after that is info', async () => {
      const [holder, other] = [await session(), await session()];
      const [mine, theirs] = [lock<Connection>(lockDialect), lock<Connection>(lockDialect)];
      const of = (f: string) => ({ f, key: 'rows of the table' });
      await mine(of('acquire')).run(holder, never, 'n1');
      const refused = judged(theirs(of('acquire')).run(other, never, 'n1'));
      expect(await refused).toEqual({ row: 'held', outcome: 'fail', code: 'held' });
      expect(other.usable).toBe(true);
      holder.destroy();
      const released = judged(mine(of('release')).run(holder, never, 'n1'));
      expect(await released).toEqual({ row: 'session-ended', outcome: 'info', code: 'session-ended' });
      await other.close();
    });

    it('before-commit: a transaction that is cut off is fail, and leaves nothing', async () => {
      const connection = await session();
      await connection.run('open', 'START TRANSACTION', [], null);
      await insert(connection, 'cut-in-transaction', 'open');
      const waiting = judged(connection.run('open', "SELECT 'waiting', SLEEP(60)", [], null));
      await running.sql('n1', `KILL ${await thread("SELECT 'waiting'")}`);
      expect(await waiting).toMatchObject({ row: 'before-commit', outcome: 'fail' });
      expect(await present('cut-in-transaction')).toBe(false);
    });

    it('refused-statement: a duplicate key is fail, and the session goes on', async () => {
      const connection = await session();
      await insert(connection, 'twice');
      const again = judged(insert(connection, 'twice'));
      expect(await again).toEqual({ row: 'refused-statement', outcome: 'fail', code: 'ER_DUP_ENTRY' });
      expect(connection.usable).toBe(true);
      await connection.close();
    });

    it('lock-wait: a statement that waited too long is fail, and changes nothing', async () => {
      const [holder, waiter] = [await session(), await session()];
      await insert(holder, 'locked');
      await holder.run('open', 'START TRANSACTION', [], null);
      await holder.run('open', "UPDATE kv SET v = '2' WHERE k = 'locked'", [], null);
      const waiting = judged(waiter.run('commit', "UPDATE kv SET v = '3' WHERE k = 'locked'", [], null));
      expect(await waiting).toEqual({ row: 'lock-wait', outcome: 'fail', code: 'ER_LOCK_WAIT_TIMEOUT' });
      await holder.run('commit', 'COMMIT', [], null);
      const { rows } = await running.sql('n1', "SELECT v FROM kv WHERE k = 'locked'");
      expect(rows[0].v).toBe(2);
    });

    it('deadlock: the victim outside a transaction is fail, and changes nothing', async () => {
      const [one, two] = [await session(), await session()];
      await one.run('commit', "INSERT INTO kv VALUES ('dead-1', '1'), ('dead-2', '1')", [], null);
      await one.run('open', 'START TRANSACTION', [], null);
      await one.run('open', "UPDATE kv SET v = '2' WHERE k IN ('dead-1', 'twice', 'locked')", [], null);
      // Backwards over the rows: it holds dead-2 and waits for dead-1.
      const lost = judged(
        two.run('commit', "UPDATE kv SET v = '3' WHERE k LIKE 'dead-%' ORDER BY k DESC", [], null),
      );
      await thread("UPDATE kv SET v = '3'");
      await one.run('open', "UPDATE kv SET v = '2' WHERE k = 'dead-2'", [], null);
      expect(await lost).toEqual({ row: 'deadlock', outcome: 'fail', code: 'ER_LOCK_DEADLOCK' });
      await one.run('commit', 'COMMIT', [], null);
      const { rows } = await running.sql('n1', "SELECT v FROM kv WHERE k LIKE 'dead-%'");
      expect(rows.map(({ v }) => v)).toEqual([2, 2]);
    });

    it('read-only: a server that refuses writes is fail, also to a COMMIT that is under way', async () => {
      const connection = await session();
      await connection.run('open', 'START TRANSACTION', [], null);
      await insert(connection, 'too-late', 'open');
      await running.sql('n1', 'SET GLOBAL super_read_only = ON');
      const refused = { row: 'read-only', outcome: 'fail', code: 'ER_OPTION_PREVENTS_STATEMENT' };
      expect(await judged(connection.run('commit', 'COMMIT', [], null))).toEqual(refused);
      expect(await judged(insert(await session(), 'read-only'))).toEqual(refused);
      await running.sql('n1', 'SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF');
      await connection.run('read', 'ROLLBACK', [], null);
      expect([await present('too-late'), await present('read-only')]).toEqual([false, false]);
    });

    it('unknown: a reply that is lost is info, and the row is there', async () => {
      const proxy = await proxyTo(running.host.client('n1', PORT_ROLE));
      const connection = await session(proxy);
      proxy.swallowReplies();
      const writing = judged(insert(connection, 'reply-lost'));
      await eventually('the row', () => present('reply-lost'));
      proxy.cut();
      expect(await writing).toMatchObject({ row: 'unknown', outcome: 'info' });
      expect(connection.usable).toBe(false);
      await proxy.close();
    });

    it('unknown: an operation that is given up is info', async () => {
      const late = new AbortController();
      const slow = "INSERT INTO kv SELECT 'slow', '1' FROM (SELECT SLEEP(3)) AS waited";
      const writing = judged((await session()).run('commit', slow, [], late.signal));
      await thread('INSERT INTO kv SELECT');
      late.abort();
      expect(await writing).toMatchObject({ row: 'unknown', outcome: 'info' });
    });

    it('unknown: kill -9 of the server is info', async () => {
      const slow = "INSERT INTO kv SELECT 'killed', '1' FROM (SELECT SLEEP(60)) AS waited";
      const writing = judged((await session()).run('commit', slow, [], null));
      await thread('INSERT INTO kv SELECT');
      await running.cluster.processes.kill('n1');
      expect(await writing).toMatchObject({ row: 'unknown', outcome: 'info' });
      await running.cluster.processes.restart('n1');
      await eventually('an answer', () => present('reply-lost').catch(() => false));
    }, 60_000);

    it('calls nothing fail after a commit unless the server said that it rolled back', () => {
      const certain = ERRORS.filter((row) => row.outcome === 'fail' && row.phases.includes('commit'));
      for (const code of [
        'PROTOCOL_CONNECTION_LOST',
        'ECONNRESET',
        'ER_SERVER_SHUTDOWN',
        'ER_QUERY_INTERRUPTED',
        '',
      ])
        expect(certain.filter((row) => row.match({ code, message: 'x' }))).toEqual([]);
      const strange = { code: 'XX', message: 'never heard of' };
      const phases = ['connect', 'read', 'open', 'commit'] as const;
      expect(phases.map((phase) => classify(strange, phase).outcome)).toEqual([
        'fail',
        'fail',
        'fail',
        'info',
      ]);
    });
  });
});
