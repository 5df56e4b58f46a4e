// The group by its promises, on real servers in containers.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeDocker } from '../../harness/hosts/docker/testing/suite.ts';
import { linksBetween } from '../../nemesis/targets.ts';
import { booted, eventually, type RunningCluster } from '../mysql/testing/running.ts';
import type { Setting } from '../types.ts';
import { MysqlGroup } from './cluster.ts';
import { mysqlGroup } from './definition.ts';
import { settingsOf } from './settings.ts';

const SETTLE_MS = 120_000;
let running: RunningCluster<MysqlGroup>;

function group(configuration: string): Promise<RunningCluster<MysqlGroup>> {
  const found = mysqlGroup.configurations.find(({ name }) => name === configuration)!;
  const settings: Readonly<Record<string, Setting>> = found.settings;
  return booted((context) => new MysqlGroup(context, settingsOf(settings)), ['n1', 'n2', 'n3']);
}

describeDocker('a group with one primary, whose members first wait for what came before', () => {
  beforeAll(async () => {
    running = await group('before');
  }, 600_000);
  afterAll(() => running?.close());

  it('boots with one primary; what was acknowledged there is read on every member', async () => {
    const { cluster } = running;
    expect(await cluster.primaries()).toEqual(['n1']);
    const client = await running.client('register');
    expect(await client.do('write', 'k', 1)).toMatchObject({ type: 'ok', node: 'n1' });
    for (const node of cluster.nodes)
      expect(await client.do('read', 'k')).toMatchObject({ type: 'ok', node, value: 1 });
    expect(await cluster.sample()).toMatchObject({ 'lag-true-ms:n3': expect.any(Number) as number });
    await client.close();
  });

  it('a primary that is cut off commits nothing and turns clients away; the others elect another, and it rejoins', async () => {
    const { cluster, links } = running;
    const [apart, ...others] = cluster.nodes;
    const before = await cluster.connect({ port: 'register', process: 0, session: 0, node: apart });
    await links.cut(linksBetween([apart], others), 'drop');
    const waiting = before.invoke({ f: 'write', key: 'k', value: 2 }, new AbortController().signal);
    await eventually('another primary', async () => (await cluster.primaries())[0] !== apart);
    expect((await waiting).type).not.toBe('ok');
    await eventually('a refusal', async () => {
      const late = await cluster.connect({ port: 'register', process: 0, session: 0, node: apart });
      const read = await late.invoke({ f: 'read', key: 'k', value: null }, AbortSignal.timeout(1000));
      return read.error?.code === 'not-sent' && /offline mode/.test(read.error.message);
    });
    await links.heal();
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true, unrecovered: [] });
    expect((await cluster.membership.members()).length).toBe(3);
    await before.close();
  }, 300_000);

  it('begins anew from the most advanced member when all were killed', async () => {
    const { cluster, links } = running;
    await links.heal();
    const client = await running.client('register');
    await eventually('a write', async () => (await client.do('write', 'kept', 7)).type === 'ok');
    await Promise.all(cluster.nodes.map((node) => cluster.processes.kill(node)));
    expect(await cluster.primaries()).toEqual([]);
    expect(await cluster.settle(SETTLE_MS)).toMatchObject({ settled: true });
    const fresh = await running.client('register', 0, 1);
    await eventually('the row', async () => (await fresh.do('read', 'kept')).value === 7);
  }, 300_000);
});

describeDocker('a group in which every member takes writes', () => {
  beforeAll(async () => {
    running = await group('multi-before');
  }, 600_000);
  afterAll(() => running?.close());

  it('certifies: of two writes of a row at once one may be refused, and nobody keeps it', async () => {
    const { cluster } = running;
    expect(await cluster.primaries()).toEqual(['n1', 'n2', 'n3']);
    const clients = await Promise.all([0, 1, 2].map((session) => running.client('register', session)));
    const outcomes = [];
    for (let round = 0; round < 30; round++) {
      const values = [3 * round, 3 * round + 1, 3 * round + 2];
      outcomes.push(...(await Promise.all(clients.map((client, i) => client.do('write', 'k', values[i])))));
      const { value } = await clients[0].do('read', 'k');
      const possible = outcomes.slice(-3).flatMap(({ type }, i) => (type === 'fail' ? [] : [values[i]]));
      expect(possible).toContain(value);
    }
    const refused = outcomes.filter(({ type }) => type === 'fail').map(({ error }) => error!.code);
    expect(refused.length).toBeGreaterThan(0);
    // Whoever still holds the row's lock when another member's write is certified is rolled back before it commits.
    for (const code of refused)
      expect(['ER_TRANSACTION_ROLLBACK_DURING_COMMIT', 'ER_LOCK_DEADLOCK']).toContain(code);
  }, 120_000);

  it('what three members take out of one queue at once comes out once, in order; their ids are distinct', async () => {
    const sessions = [0, 1, 2];
    const takers = await Promise.all(sessions.map((session) => running.client('queue', session)));
    const elements = Array.from({ length: 12 }, (_, i) => i);
    for (const element of elements)
      expect(await takers[0].do('enqueue', 'q', element)).toMatchObject({ type: 'ok', node: 'n1' });
    const rounds: number[][] = [];
    while (rounds.flat().length < elements.length && rounds.length < 100) {
      const ended = await Promise.all(takers.map((taker) => taker.do('dequeue', 'q')));
      const taken = ended.filter(({ type, value }) => type === 'ok' && value !== null);
      rounds.push(taken.map(({ value }) => value as number));
    }
    expect(rounds.flatMap((round) => round.sort((a, b) => a - b))).toEqual(elements);
    const askers = await Promise.all(sessions.map((session) => running.client('ids', session)));
    const ids = await Promise.all([...askers, ...askers].map((asker) => asker.do('generate', null)));
    expect(new Set(ids.map(({ value }) => value)).size).toBe(6);
  }, 120_000);
});
