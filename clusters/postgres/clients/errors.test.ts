// Each row of the error table, provoked on a real server at that phase, and what became of the write looked up.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type AddressInfo } from 'node:net';
import { eventually, never, runningCluster, type RunningCluster } from '../testing/running.ts';
import { proxyTo, type Proxy } from '../testing/proxy.ts';
import { PORT_ROLE } from '../server/server.ts';
import { Connection, Failed } from './connection.ts';
import { lock } from '../../sql/lock.ts';
import type { ClientPhase } from '../../sql/outcome.ts';
import { classify, ERRORS } from './errors.ts';
import { lockDialect } from './lock.ts';

let running: RunningCluster;
const opened: Connection[] = [];
const proxies: Proxy[] = [];

beforeAll(async () => {
  running = await runningCluster('async', {}, ['n1']);
});
afterEach(async () => {
  for (const connection of opened.splice(0)) connection.destroy();
  for (const proxy of proxies.splice(0)) await proxy.close();
});
afterAll(() => running.close());

async function session(endpoint = running.host.client('n1', PORT_ROLE)): Promise<Connection> {
  const connection = await Connection.open(endpoint, running.credentials);
  opened.push(connection);
  return connection;
}

async function throughProxy(): Promise<{ proxy: Proxy; connection: Connection }> {
  const proxy = await proxyTo(running.host.client('n1', PORT_ROLE));
  proxies.push(proxy);
  return { proxy, connection: await session(proxy) };
}

/** The row that judged the failure of `work`, and its verdict. */
async function judged(work: Promise<unknown>): Promise<{ row: string; outcome: string; code: string }> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Failed)) throw new Error(`did not fail as it should: ${String(thrown)}`);
  const { row, outcome, error } = thrown.verdict();
  return { row, outcome, code: error.code };
}

const insert = (connection: Connection, k: string, phase: ClientPhase = 'commit') =>
  connection.run(phase, `INSERT /* ${k} */ INTO kv VALUES ($1, '1')`, [k], null);

/** A statement that hangs, told apart from those that earlier tests left hanging. */
const hang = (connection: Connection, phase: ClientPhase, name: string) =>
  connection.run(phase, `SELECT '${name}', pg_sleep(60)`, [], null);

async function present(k: string): Promise<boolean> {
  return (await running.sql('n1', `SELECT 1 FROM kv WHERE k = '${k}'`)).count === 1;
}

/** The backend that runs a statement like `text`, once it waits for `event`. */
async function backend(text: string, event: string): Promise<number> {
  let pid = 0;
  await eventually(`a backend in ${event}`, async () => {
    const found = await running.sql(
      'n1',
      `SELECT pid FROM pg_stat_activity WHERE wait_event = '${event}' AND query LIKE '${text}%'`,
    );
    pid = Number(found.rows[0]?.pid ?? 0);
    return pid > 0;
  });
  return pid;
}

describe('before anything was sent', () => {
  it('a refused connection is fail', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await judged(session({ host: '127.0.0.1', port }))).toEqual({
      row: 'not-sent',
      outcome: 'fail',
      code: 'ECONNREFUSED',
    });
  });

  it('a connection that times out is fail', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const dialled = Connection.open({ host: '127.0.0.1', port }, running.credentials, never, 50);
    expect(await judged(dialled)).toMatchObject({ row: 'not-sent', outcome: 'fail' });
    silent.close();
  });

  it('a wrong password is fail', async () => {
    const dialled = Connection.open(running.host.client('n1', PORT_ROLE), {
      ...running.credentials,
      password: 'wrong',
    });
    expect(await judged(dialled)).toEqual({ row: 'not-sent', outcome: 'fail', code: '28P01' });
  });
});

describe('before COMMIT was sent', () => {
  it('a read that is cut off is fail', async () => {
    const { proxy, connection } = await throughProxy();
    const reading = judged(hang(connection, 'read', 'reading'));
    await backend("SELECT ''reading", 'PgSleep');
    proxy.cut();
    expect(await reading).toMatchObject({ row: 'read', outcome: 'fail' });
  });

  it('a transaction that is cut off is fail, and leaves nothing', async () => {
    const { proxy, connection } = await throughProxy();
    await connection.run('open', 'BEGIN', [], null);
    await insert(connection, 'cut-in-transaction', 'open');
    const waiting = judged(hang(connection, 'open', 'waiting'));
    await backend("SELECT ''waiting", 'PgSleep');
    proxy.cut();
    expect(await waiting).toMatchObject({ row: 'before-commit', outcome: 'fail' });
    expect(await present('cut-in-transaction')).toBe(false);
  });

  it.each([
    ['cancel', '57014'],
    ['terminate', '57P01'],
  ])('a statement that pg_%s_backend ends is fail, and leaves nothing', async (how, code) => {
    const connection = await session();
    await connection.run('open', 'BEGIN', [], null);
    await insert(connection, how, 'open');
    const waiting = judged(hang(connection, 'open', how));
    const pid = await backend(`SELECT ''${how}`, 'PgSleep');
    await running.sql('n1', `SELECT pg_${how}_backend(${pid})`);
    expect(await waiting).toEqual({ row: 'before-commit', outcome: 'fail', code });
    expect(await present(how)).toBe(false);
  });

  it('COMMIT that answers ROLLBACK, without an error, is fail', async () => {
    const connection = await session();
    await connection.run('open', 'BEGIN', [], null);
    await insert(connection, 'rolled-back', 'open');
    await connection.run('open', 'SELECT 1/0', [], null).catch(() => undefined);
    expect(await judged(connection.run('commit', 'COMMIT', [], null))).toMatchObject({
      row: 'commit-rolled-back',
      outcome: 'fail',
    });
    expect(await present('rolled-back')).toBe(false);
  });
});

describe('an error of the server after COMMIT was sent', () => {
  it('a serialization failure at COMMIT is fail, and leaves nothing', async () => {
    const [one, two] = [await session(), await session()];
    for (const [connection, k] of [
      [one, 'skew-1'],
      [two, 'skew-2'],
    ] as const) {
      await connection.run('open', 'BEGIN ISOLATION LEVEL SERIALIZABLE', [], null);
      await connection.run('open', "SELECT * FROM kv WHERE k LIKE 'skew-%'", [], null);
      await insert(connection, k, 'open');
    }
    await one.run('commit', 'COMMIT', [], null);
    expect(await judged(two.run('commit', 'COMMIT', [], null))).toEqual({
      row: 'serialization-or-deadlock',
      outcome: 'fail',
      code: '40001',
    });
    expect([await present('skew-1'), await present('skew-2')]).toEqual([true, false]);
  });

  it('a deadlock in autocommit is fail, and changes nothing', async () => {
    const [patient, victim] = [await session(), await session()];
    await patient.run('commit', "INSERT INTO kv VALUES ('dead-1', '1'), ('dead-2', '1')", [], null);
    await patient.run('read', "SET deadlock_timeout = '60s'", [], null);
    await victim.run('read', "SET deadlock_timeout = '300ms'", [], null);
    await patient.run('open', 'BEGIN', [], null);
    await patient.run('open', "UPDATE kv SET v = '2' WHERE k = 'dead-1'", [], null);
    const lost = judged(
      victim.run(
        'commit',
        "WITH a AS (UPDATE kv SET v = '3' WHERE k = 'dead-2' RETURNING k) " +
          "UPDATE kv SET v = '3' FROM a WHERE kv.k = 'dead-1'",
        [],
        null,
      ),
    );
    await backend('WITH a', 'transactionid');
    await patient.run('open', "UPDATE kv SET v = '2' WHERE k = 'dead-2'", [], null);
    expect(await lost).toEqual({ row: 'serialization-or-deadlock', outcome: 'fail', code: '40P01' });
    await patient.run('commit', 'COMMIT', [], null);
    expect((await running.sql('n1', "SELECT 1 FROM kv WHERE v = '3'")).count).toBe(0);
  });

  it('a duplicate key is fail', async () => {
    const connection = await session();
    await insert(connection, 'twice');
    expect(await judged(insert(connection, 'twice'))).toEqual({
      row: 'refused-statement',
      outcome: 'fail',
      code: '23505',
    });
    expect(connection.usable).toBe(true);
  });

  it('a lock of another session is fail; giving one back whose session has ended is info', async () => {
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
  });

  it('a read-only session refuses a write: fail', async () => {
    const connection = await session();
    await connection.run('read', 'SET default_transaction_read_only = on', [], null);
    expect(await judged(insert(connection, 'read-only'))).toEqual({
      row: 'read-only',
      outcome: 'fail',
      code: '25006',
    });
    expect(await present('read-only')).toBe(false);
  });
});

describe('a connection that is lost after COMMIT was sent', () => {
  it('is info: the reply was lost, the row is there', async () => {
    const { proxy, connection } = await throughProxy();
    proxy.swallowReplies();
    const writing = judged(insert(connection, 'reply-lost'));
    await eventually('the row', () => present('reply-lost'));
    proxy.cut();
    expect(await writing).toMatchObject({ row: 'unknown', outcome: 'info' });
    expect(connection.usable).toBe(false);
  });
});

describe('while a commit waits for a standby that does not come', () => {
  const standbys = async (names: string) => {
    await running.sql('n1', `ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
    await running.sql('n1', 'SELECT pg_reload_conf()');
    await eventually('the setting', async () => {
      const shown = await running.sql('n1', 'SHOW synchronous_standby_names');
      return shown.rows[0].synchronous_standby_names === names;
    });
  };
  beforeAll(() => standbys('ghost'));
  afterAll(() => standbys(''));

  it('pg_cancel_backend makes an autocommitted write info, although it resolves; the row is there', async () => {
    const writing = judged(insert(await session(), 'wait-cancelled'));
    const pid = await backend('INSERT /* wait-cancelled', 'SyncRep');
    expect(await present('wait-cancelled')).toBe(false);
    await running.sql('n1', `SELECT pg_cancel_backend(${pid})`);
    expect(await writing).toMatchObject({ row: 'sync-wait-cancelled', outcome: 'info' });
    expect(await present('wait-cancelled')).toBe(true);
  });

  it('pg_cancel_backend makes a COMMIT info, although it resolves; the row is there', async () => {
    const connection = await session();
    await connection.run('open', 'BEGIN', [], null);
    await insert(connection, 'commit-cancelled', 'open');
    const writing = judged(connection.run('commit', 'COMMIT', [], null));
    const pid = await backend('COMMIT', 'SyncRep');
    await running.sql('n1', `SELECT pg_cancel_backend(${pid})`);
    expect(await writing).toMatchObject({ row: 'sync-wait-cancelled', outcome: 'info' });
    expect(await present('commit-cancelled')).toBe(true);
  });

  it('statement_timeout does not end the wait: only the harness bounds a commit', async () => {
    const connection = await session();
    await connection.run('read', 'SET statement_timeout = 100', [], null);
    const late = new AbortController();
    const writing = judged(
      connection.run('commit', "INSERT INTO kv VALUES ('patient', '1')", [], late.signal),
    );
    await backend('INSERT', 'SyncRep');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const pid = await backend('INSERT', 'SyncRep');
    late.abort();
    expect(await writing).toMatchObject({ row: 'unknown', outcome: 'info' });
    // Giving up sends no cancel: the write stays invisible until a standby has it.
    expect(await present('patient')).toBe(false);
    await running.sql('n1', `SELECT pg_terminate_backend(${pid})`);
  });

  it('pg_terminate_backend makes it info; the row is there', async () => {
    const writing = judged(insert(await session(), 'terminated'));
    const pid = await backend('INSERT /* terminated', 'SyncRep');
    await running.sql('n1', `SELECT pg_terminate_backend(${pid})`);
    expect(await writing).toMatchObject({ outcome: 'info' });
    await eventually('the row', () => present('terminated'));
  });

  it('kill -9 of the server makes it info; the row is there after the restart, unreplicated', async () => {
    const writing = judged(insert(await session(), 'killed'));
    await backend('INSERT /* killed', 'SyncRep');
    await running.cluster.processes.kill('n1');
    expect(await writing).toMatchObject({ row: 'unknown', outcome: 'info' });
    await running.cluster.processes.restart('n1');
    await eventually('an answer', () => present('killed').catch(() => false));
    expect(await present('killed')).toBe(true);
  });
});

describe('the table', () => {
  it('calls a statement fail that changed nothing, by the server’s own count', () => {
    const held = { code: 'nothing-changed', message: 'the cas changed no row' };
    expect(classify(held, 'commit')).toMatchObject({ row: 'nothing-changed', outcome: 'fail' });
  });

  it('has a verdict for anything in every phase, info by default once a commit was sent', () => {
    const strange = { code: 'XX000', message: 'never heard of' };
    const verdicts = (['connect', 'read', 'open', 'commit'] as const).map(
      (phase) => classify(strange, phase).outcome,
    );
    expect(verdicts).toEqual(['fail', 'fail', 'fail', 'info']);
  });

  it('calls nothing fail after a commit unless the server said that it rolled back', () => {
    const certain = ERRORS.filter((row) => row.outcome === 'fail' && row.phases.includes('commit'));
    for (const code of ['57014', '57P01', '57P02', '08006', '40003', 'ECONNRESET', ''])
      expect(certain.filter((row) => row.match({ code, message: 'x' }))).toEqual([]);
  });
});
