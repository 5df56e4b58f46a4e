// The cluster by its promises, on real servers: what an operator, a nemesis and a runner ask of it.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linksBetween } from '../../nemesis/targets.ts';
import { eventually, runningCluster, type RunningCluster } from './testing/running.ts';

const SETTLE_MS = 30_000;
let running: RunningCluster;

describe('an asynchronous cluster', () => {
  beforeAll(async () => {
    running = await runningCluster('async', { work_mem: '2MB' });
  });
  afterAll(() => running.close());

  it('starts as one primary with two streaming standbys, on 127.0.0.1 only', async () => {
    const { cluster, sql } = running;
    expect(await cluster.primaries()).toEqual(['n1']);
    expect(cluster.standbys()).toEqual(['n2', 'n3']);
    expect(Object.keys(await cluster.sample())).toEqual(
      expect.arrayContaining(['lag-bytes:n2', 'lag-bytes:n3']),
    );
    for (const node of cluster.nodes) {
      const shown = await sql(node, "SELECT current_setting('listen_addresses') AS address");
      expect(shown.rows[0].address).toBe('127.0.0.1');
    }
    expect((await cluster.versions()).postgresql).toMatch(/^\d+\.\d+$/);
  });

  it('hands unlisted settings to PostgreSQL', async () => {
    expect((await running.sql('n2', 'SHOW work_mem')).rows[0].work_mem).toBe('2MB');
  });

  it('pauses and resumes every process of a server', async () => {
    const { cluster } = running;
    expect(await cluster.processes.state('n3')).toBe('running');
    await cluster.processes.pause('n3');
    expect(await cluster.processes.state('n3')).toBe('stopped');
    await expect(running.sql('n1', 'SELECT 1')).resolves.toMatchObject({ count: 1 });
    await cluster.processes.resume('n3');
    expect(await cluster.processes.state('n3')).toBe('running');
    await expect(running.sql('n3', 'SELECT 1')).resolves.toMatchObject({ count: 1 });
  });

  it('keeps what was acknowledged when the primary is killed and restarted', async () => {
    const { cluster } = running;
    const client = await running.client('register');
    expect(await client.do('write', 'kept', 1)).toMatchObject({ type: 'ok', node: 'n1' });
    await cluster.processes.kill('n1');
    expect(await cluster.processes.state('n1')).toBe('gone');
    // Over the connection that died it is indeterminate, until the client has heard of that death.
    await eventually('a refusal', async () => (await client.do('write', 'kept', 2)).type === 'fail');
    await cluster.processes.restart('n1');
    await eventually('the row', async () => (await client.do('read', 'kept')).value === 1);
    await client.close();
  });

  it('loses acknowledged writes when the standbys were cut off before a failover', async () => {
    const { cluster, links, operator } = running;
    const client = await running.client('register');
    await links.cut(linksBetween(['n1'], ['n2', 'n3']), 'drop');
    expect(await client.do('write', 'lost', 1)).toMatchObject({ type: 'ok', node: 'n1' });
    expect(await operator.failover({ fence: true })).toEqual({
      from: 'n1',
      to: expect.any(String) as string,
    });
    await links.heal();
    const read = await client.do('read', 'lost');
    expect(read).toMatchObject({ type: 'ok', value: null });
    expect(await cluster.primaries()).toEqual([read.node]);
    await client.close();
  });

  it('keeps the deposed primary silent until it is re-seeded, and then all nodes agree', async () => {
    const { cluster } = running;
    expect(await cluster.processes.state('n1')).toBe('gone');
    expect(cluster.standbys()).not.toContain('n1');
    const settled = await cluster.settle(SETTLE_MS);
    expect(settled).toMatchObject({ settled: true, unrecovered: [] });
    expect(settled.evidence).toContain('n1 was re-seeded');
    for (const node of cluster.nodes)
      expect((await running.sql(node, 'SELECT 1 FROM kv WHERE k = \'"lost"\'')).count).toBe(0);
    expect(cluster.standbys()).toContain('n1');
  });

  it('without fencing there are two primaries, and sessions are split between them', async () => {
    const { cluster, operator } = running;
    const { from, to } = await operator.failover({ fence: false });
    expect([...(await cluster.primaries())].sort()).toEqual([from, to].sort());
    const [even, odd] = [await running.client('register', 0), await running.client('register', 1)];
    expect(await even.do('write', 'split', 'new')).toMatchObject({ type: 'ok', node: to });
    expect(await odd.do('read', 'split')).toMatchObject({ type: 'ok', node: from, value: null });
    expect(await odd.do('write', 'split', 'old')).toMatchObject({ type: 'ok', node: from });
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await cluster.primaries()).toEqual([to]);
    expect(await odd.do('read', 'split')).toMatchObject({ value: 'new' });
    await Promise.all([even.close(), odd.close()]);
  });

  it('re-seeds a standby that had received more than the new primary', async () => {
    const { cluster, links, operator } = running;
    const [primary] = await cluster.primaries();
    const [lagging, ahead] = cluster.standbys();
    // The one ahead cannot be asked, so that the one behind is promoted; then it goes on receiving for a while.
    await links.cut(linksBetween([primary], [lagging]), 'drop');
    await running.sql(primary, "INSERT INTO kv VALUES ('ahead', '1')");
    await eventually('the row', async () => (await rowOf(ahead)) === 1);
    await cluster.processes.pause(ahead);
    expect(await operator.failover({ fence: true })).toEqual({ from: primary, to: lagging });
    await links.heal();
    await cluster.processes.resume(ahead);
    const settled = await cluster.settle(SETTLE_MS);
    expect(settled).toMatchObject({ settled: true });
    expect(settled.evidence).toContain(`${ahead} was re-seeded`);
    expect(await rowOf(ahead)).toBe(0);

    async function rowOf(node: string): Promise<number> {
      return (await running.sql(node, "SELECT 1 FROM kv WHERE k = 'ahead'")).count;
    }
  });

  it('recovers when all nodes were killed', async () => {
    const { cluster } = running;
    const before = await cluster.primaries();
    await Promise.all(cluster.nodes.map((node) => cluster.processes.kill(node)));
    expect(await cluster.primaries()).toEqual([]);
    await Promise.all(cluster.nodes.map((node) => cluster.processes.restart(node)));
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    expect(await cluster.primaries()).toEqual(before);
  });

  it('names what did not come back by the deadline', async () => {
    const { cluster, links } = running;
    const [primary] = await cluster.primaries();
    const [standby] = cluster.standbys();
    await links.cut(linksBetween([primary], [standby]), 'drop');
    await running.sql(primary, "INSERT INTO kv VALUES ('unseen', '1')");
    const settled = await cluster.settle(4_000);
    expect(settled).toMatchObject({ settled: false, unrecovered: [] });
    expect(settled.evidence).toContain(standby);
    await links.heal();
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
  });

  it('collects the log of each node, no secret in it, and runs on the machine’s clock', async () => {
    const target = mkdtempSync(join(tmpdir(), 'alibi-logs-'));
    await running.cluster.collectLogs(target);
    for (const node of running.cluster.nodes) {
      const text = readFileSync(join(target, node, 'postgres.log'), 'utf8');
      expect(text).toContain('PostgreSQL 18');
      expect(text).not.toContain(running.credentials.password);
    }
    rmSync(target, { recursive: true });
    expect(running.cluster.clocks).toHaveProperty('refused');
  });
});

describe('a cluster that waits for its first standby', () => {
  beforeAll(async () => {
    running = await runningCluster('sync-first-1');
  });
  afterAll(() => running.close());

  it('acknowledges no write while its standbys are cut off, and loses none that it acknowledged', async () => {
    const { links, operator, cluster } = running;
    const client = await running.client('set');
    const elements: number[] = [];
    for (let i = 0; i < 50; i++) if ((await client.do('add', null, i)).type === 'ok') elements.push(i);
    expect(elements).toHaveLength(50);
    await links.cut(linksBetween(['n1'], ['n2', 'n3']), 'drop');
    const late = new AbortController();
    const blocked = client.do('add', null, 1000, late.signal);
    const { to } = await operator.failover({ fence: true });
    late.abort();
    expect(await blocked).toMatchObject({ type: 'info' });
    await links.heal();
    const fresh = await running.client('set', 0, 1);
    expect(await fresh.do('read', null)).toMatchObject({ type: 'ok', node: to, value: elements });
    // The remaining standby is the one it waits for now.
    expect(await fresh.do('add', null, 2000)).toMatchObject({ type: 'ok', node: to });
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    await Promise.all([client.close(), fresh.close()]);
  });

  it('shows an unreplicated write after "restart, then promote", and then loses it', async () => {
    const { links, operator, cluster } = running;
    const [primary] = await cluster.primaries();
    await links.cut(linksBetween([primary], cluster.standbys()), 'drop');
    const [writer, reader] = [await running.client('register', 0), await running.client('register', 2)];
    const write = writer.do('write', 'seen', 1);
    await eventually('its wait for a standby', async () => {
      const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
      return (await running.sql(primary, waiting)).count > 0;
    });
    const moved = operator.restartThenPromote();
    expect(await write).toMatchObject({ type: 'info' });
    await eventually('the unreplicated row', async () => (await reader.do('read', 'seen')).value === 1);
    const { to } = await moved;
    await links.heal();
    expect(await reader.do('read', 'seen')).toMatchObject({ type: 'ok', node: to, value: null });
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    await Promise.all([writer.close(), reader.close()]);
  });

  it('fails over again and again, repairing the node it deposed last', async () => {
    const { cluster, operator } = running;
    const client = await running.client('register', 0, 3);
    for (let round = 0; round < 3; round++) {
      const { to } = await operator.failover({ fence: true });
      expect(await client.do('write', 'round', round)).toMatchObject({ type: 'ok', node: to });
      expect(cluster.standbys()).toHaveLength(1);
    }
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    await client.close();
  });
});

describe('what cannot start says so', () => {
  it('a setting that PostgreSQL does not know: node, and the server’s own words', async () => {
    await expect(runningCluster('async', { shared_bufers: '1MB' }, ['n1'])).rejects.toThrow(
      /^n1: postgres did not stay up; its log ends:\n[^]*unrecognized configuration parameter "shared_bufers"/,
    );
  });

  it('a setting that this cluster must own is refused before anything starts', async () => {
    await expect(runningCluster('async', { port: 5432 })).rejects.toThrow(
      '--set port: "port" cannot be set here: the host chooses it.',
    );
  });

  it('leaves no data behind when it stops', async () => {
    const one = await runningCluster('async', {}, ['n1']);
    const data = (await one.sql('n1', 'SHOW data_directory')).rows[0].data_directory as string;
    expect(existsSync(data)).toBe(true);
    await one.close();
    expect(existsSync(data)).toBe(false);
  });
});
