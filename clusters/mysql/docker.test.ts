// The cluster by its promises, on real servers in containers: faults by sidecars, clocks by libfaketime.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeDocker } from '../../harness/hosts/docker/testing/suite.ts';
import { linksBetween } from '../../nemesis/targets.ts';
import { dayOf } from './partitioning.ts';
import type { MysqlCluster } from './cluster.ts';
import { eventually, runningCluster, type RunningCluster, type TestClient } from './testing/running.ts';

const SETTLE_MS = 90_000;
let running: RunningCluster;

describeDocker('MySQL in containers, a commit waiting for a replica', () => {
  beforeAll(async () => {
    running = await runningCluster('semi-sync', { tmp_table_size: 2_097_152 });
  }, 600_000);
  afterAll(() => running?.close());

  it('boots as one primary with two replicas that apply, and refuse writes', async () => {
    const { cluster, sql } = running;
    expect(await cluster.primaries()).toEqual(['n1']);
    expect(Object.keys(await cluster.sample()).sort()).toEqual([
      'lag-seconds:n2',
      'lag-seconds:n3',
      'lag-transactions:n2',
      'lag-transactions:n3',
      'lag-true-ms:n2',
      'lag-true-ms:n3',
    ]);
    expect((await cluster.versions()).mysql).toMatch(/^9\./);
    await expect(sql('n2', "INSERT INTO kv VALUES ('x', '1')")).rejects.toThrow(/super-read-only/);
    const shown = await sql('n1', "SHOW STATUS LIKE 'Rpl_semi_sync_source_status'");
    expect(shown.rows[0].Value).toBe('ON');
  });

  it('hands unlisted settings to MySQL', async () => {
    const shown = await running.sql('n2', 'SELECT @@GLOBAL.tmp_table_size AS size');
    expect(Number(shown.rows[0].size)).toBe(2_097_152);
  });

  it('a clock that is turned shows in the server’s own time', async () => {
    const { clocks } = running.cluster;
    expect(Math.abs(await clocks.offset('n2'))).toBeLessThan(1_000);
    await clocks.setOffset('n2', 90_000);
    expect(Math.abs((await clocks.offset('n2')) - 90_000)).toBeLessThan(1_000);
    expect(Math.abs(await clocks.offset('n1'))).toBeLessThan(1_000);
    await clocks.setOffset('n2', 0);
  });

  it('a replica that is cut off is late by markers, and not late at all, or nothing, by Seconds_Behind_Source', async () => {
    const { cluster, links } = running;
    await links.cut(linksBetween(['n1'], ['n2']), 'drop');
    await eventually(
      'a marker that n2 lacks',
      async () => ((await cluster.sample())['lag-true-ms:n2'] ?? 0) > 1_500,
    );
    const late = await cluster.sample();
    expect(late['lag-true-ms:n2']).toBeGreaterThan(1_500);
    expect(late['lag-seconds:n2'] ?? 0).toBe(0);
    expect(late['lag-true-ms:n3']).toBeLessThan(1_500);
    await links.heal();
    await eventually('n2 to catch up', async () => (await cluster.sample())['lag-true-ms:n2'] < 1_000);
  }, 60_000);

  it('pauses every process of a server', async () => {
    const { processes } = running.cluster;
    await processes.pause('n3');
    expect(await processes.state('n3')).toBe('stopped');
    await processes.resume('n3');
    expect(await processes.state('n3')).toBe('running');
  });

  it('keeps what was acknowledged when the primary is killed and restarted', async () => {
    const { cluster } = running;
    const client = await running.client('register');
    expect(await client.do('write', 'kept', 1)).toMatchObject({ type: 'ok', node: 'n1' });
    await cluster.processes.kill('n1');
    expect(await cluster.processes.state('n1')).toBe('gone');
    await eventually('a refusal', async () => (await client.do('write', 'other', 2)).type === 'fail');
    await cluster.processes.restart('n1');
    await eventually('the row', async () => (await client.do('read', 'kept')).value === 1);
    expect(await cluster.primaries()).toEqual(['n1']);
    await client.close();
  }, 60_000);

  it('with its replicas cut off a write waits, and a failover loses nothing that was acknowledged', async () => {
    const { cluster, links, operator } = running;
    const client = await running.client('register');
    await eventually('a write', async () => (await client.do('write', 'safe', 1)).type === 'ok');
    await links.cut(linksBetween(['n1'], ['n2', 'n3']), 'drop');
    const late = new AbortController();
    const blocked = client.do('write', 'safe', 2, late.signal);
    const { from, to } = await operator.failover({ fence: true });
    late.abort();
    expect(await blocked).toMatchObject({ type: 'info' });
    expect(from).toBe('n1');
    expect(await cluster.processes.state('n1')).toBe('gone');
    await links.heal();
    const fresh = await running.client('register', 0, 1);
    expect(await fresh.do('read', 'safe')).toMatchObject({ type: 'ok', node: to, value: 1 });
    const settled = await cluster.settle(SETTLE_MS);
    expect(settled).toMatchObject({ settled: true, unrecovered: [] });
    expect(settled.evidence).toContain('n1 was re-seeded');
    await Promise.all([client.close(), fresh.close()]);
  }, 120_000);

  it('without fencing there are two primaries until it settles', async () => {
    const { cluster, operator } = running;
    const { from, to } = await operator.failover({ fence: false });
    await eventually('two primaries', async () => (await cluster.primaries()).length === 2);
    expect([...(await cluster.primaries())].sort()).toEqual([from, to].sort());
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await cluster.primaries()).toEqual([to]);
  }, 120_000);

  it('two former replicas that are made anew at once wait for each other: a donor serves one', async () => {
    const { cluster } = running;
    const [primary] = await cluster.primaries();
    const others = cluster.nodes.filter((node) => node !== primary);
    await Promise.all(others.map((node) => cluster.membership.remove(node)));
    await Promise.all(others.map((node) => cluster.membership.add(node)));
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true, unrecovered: [] });
  }, 240_000);

  it('recovers when all nodes were killed', async () => {
    const { cluster } = running;
    await Promise.all(cluster.nodes.map((node) => cluster.processes.kill(node)));
    expect(await cluster.primaries()).toEqual([]);
    await Promise.all(cluster.nodes.map((node) => cluster.processes.restart(node)));
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
  }, 120_000);
});

describeDocker('MySQL with tables that are split by years', () => {
  beforeAll(async () => {
    running = await runningCluster('partitioned-range', {}, ['n1']);
  }, 600_000);
  afterAll(() => running?.close());

  const partitionOf = async (query: string) =>
    (await running.sql('n1', `EXPLAIN FORMAT=TRADITIONAL ${query}`)).rows.map((row) => row.partitions);

  it('rows land in their year, and a write moves a row to another; a query by date scans that alone', async () => {
    const client = await running.client('register');
    for (let value = 0; value < 8; value++) {
      expect(await client.do('write', 'k', value)).toMatchObject({ type: 'ok' });
      const { rows } = await running.sql('n1', `SELECT v FROM kv PARTITION (p${dayOf(value).slice(0, 4)})`);
      expect(rows).toHaveLength(1);
    }
    expect(await client.do('read', 'k')).toMatchObject({ value: 7 });
    expect(await partitionOf("SELECT v FROM kv WHERE at = '2022-06-15'")).toEqual(['p2022']);
    expect(await partitionOf("SELECT v FROM kv WHERE k = 'x'")).toEqual(['p2020,p2021,p2022,p2023,p2024']);
    await client.close();
  });

  it('a row that concurrent writers move is never lost or doubled, and a unique key on the key alone is refused', async () => {
    const clients = await Promise.all([0, 1, 2].map((session) => running.client('register', session)));
    await clients[0].do('write', 'moved', 0);
    await Promise.all(
      clients.map(async (client, i) => {
        for (let n = 1; n <= 20; n++) await client.do('write', 'moved', 3 * n + i);
      }),
    );
    expect((await running.sql('n1', `SELECT v FROM kv WHERE k = '"moved"'`)).rows).toHaveLength(1);
    await expect(running.sql('n1', 'ALTER TABLE kv ADD UNIQUE (k)')).rejects.toThrow(
      /must include all columns/,
    );
    await Promise.all(clients.map((client) => client.close()));
  });

  it('a row for which there is no partition is refused: fail', async () => {
    const client = await running.client('set');
    const outcomes = [];
    for (let element = 0; element < 30; element++) outcomes.push(await client.do('add', 's', element));
    const refused = outcomes.filter(({ type }) => type === 'fail');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0].error).toMatchObject({ code: 'ER_NO_PARTITION_FOR_GIVEN_VALUE' });
    expect(outcomes.filter(({ type }) => type === 'ok').length + refused.length).toBe(30);
    await client.close();
  });
});

/** Whether every node holds the same rows of the set, and each row once. */
async function copies(
  cluster: MysqlCluster,
): Promise<readonly { readonly rows: number; readonly distinct: number }[]> {
  return Promise.all(
    cluster.nodes.map(async (node) => {
      const { rows } = await running.sql(node, 'SELECT COUNT(*) AS n, COUNT(DISTINCT e) AS d FROM elements');
      return { rows: Number(rows[0].n), distinct: Number(rows[0].d) };
    }),
  );
}

/** Adds elements until told to stop; resolves with how many were acknowledged. */
function adding(client: TestClient, from: number): () => Promise<number> {
  let going = true;
  const all = (async () => {
    let added = 0;
    for (let element = from; going; element++)
      if ((await client.do('add', 's', element)).type === 'ok') added++;
    return added;
  })();
  return () => {
    going = false;
    return all;
  };
}

describeDocker('MySQL by file and position', () => {
  beforeAll(async () => {
    running = await runningCluster('file-position');
  }, 600_000);
  afterAll(() => running?.close());

  it('after a failover each replica goes on where it stood, and the old primary is made anew under load', async () => {
    const { cluster, operator } = running;
    const first = await running.client('set');
    const stop = adding(first, 0);
    await eventually('rows', async () => (await copies(cluster))[0].rows > 30);
    await operator.failover({ fence: true });
    const before = await stop();
    const second = await running.client('set', 1);
    const stopAgain = adding(second, 100_000);
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true, unrecovered: [] });
    const acknowledged = before + (await stopAgain());
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    const [one, ...others] = await copies(cluster);
    expect(one.rows).toBe(one.distinct);
    expect(one.rows).toBeGreaterThanOrEqual(acknowledged);
    for (const other of others) expect(other).toEqual(one);
  }, 240_000);
});
