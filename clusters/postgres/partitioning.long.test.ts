// Tables split by years and by hash, on a real server: where rows land, what a query scans, and what moves.
import { afterEach, describe, expect, it } from 'vitest';
import { dayOf, YEARS } from './partitioning.ts';
import { runningCluster, type RunningCluster } from './testing/running.ts';

let running: RunningCluster;
afterEach(() => running.close());

const one = async (text: string) => (await running.sql('n1', text)).rows;
const partitionsOf = async (table: string) =>
  Object.fromEntries(
    (
      await one(`SELECT tableoid::regclass::text AS partition, count(*)::int AS n FROM ${table} GROUP BY 1`)
    ).map((row) => [row.partition as string, row.n as number]),
  );
/** The tables that the plan of a query names. */
async function scanned(query: string): Promise<string[]> {
  const [row] = await one(`EXPLAIN (FORMAT JSON) ${query}`);
  return [...JSON.stringify(row).matchAll(/"Relation Name":"(\w+)"/g)].map(([, table]) => table).sort();
}
/** The first value from `n` on that is filed under a year. */
function valueIn(year: number, n = 0): number {
  while (!dayOf(n).startsWith(String(year))) n++;
  return n;
}

describe('split by years, where nothing keeps a key in one row', () => {
  it('rows land in their year, a query by date scans that alone, and a write moves a row to another', async () => {
    running = await runningCluster('partitioned-range', {}, ['n1']);
    const client = await running.client('register');
    const [first, second] = [valueIn(2020), valueIn(2023)];
    expect(await client.do('write', 'k', first)).toMatchObject({ type: 'ok' });
    expect(await partitionsOf('kv')).toEqual({ kv_2020: 1 });
    expect(await client.do('write', 'k', second)).toMatchObject({ type: 'ok' });
    expect(await partitionsOf('kv')).toEqual({ kv_2023: 1 });
    expect(await client.do('cas', 'k', [second, first])).toMatchObject({ type: 'ok' });
    expect(await client.do('read', 'k')).toMatchObject({ type: 'ok', value: first });
    expect(await scanned("SELECT v FROM kv WHERE at = '2022-06-15'")).toEqual(['kv_2022']);
    expect(await scanned("SELECT v FROM kv WHERE at >= '2022-01-01' AND at < '2024-01-01'")).toEqual([
      'kv_2022',
      'kv_2023',
    ]);
    expect(await scanned("SELECT v FROM kv WHERE k = 'x'")).toHaveLength(YEARS.length);
  });

  it('the same key may have a row in each year: a unique constraint must contain the partition key', async () => {
    running = await runningCluster('partitioned-range', {}, ['n1']);
    await expect(one('ALTER TABLE kv ADD UNIQUE (k)')).rejects.toThrow(
      /must include all partitioning columns/,
    );
    for (const year of [2020, 2021]) await one(`INSERT INTO kv VALUES ('"k"', '${year}', '${year}-06-15')`);
    const client = await running.client('register');
    expect((await client.do('read', 'k')).value).toHaveLength(2);
  });

  it('a row for which there is no partition is refused: fail', async () => {
    running = await runningCluster('partitioned-range', {}, ['n1']);
    const client = await running.client('set');
    const outcomes = [];
    for (let element = 0; element < 40; element++) outcomes.push(await client.do('add', 's', element));
    const refused = outcomes.filter(({ type }) => type === 'fail');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0].error?.message).toMatch(/no partition of relation "elements" found for row/);
    expect(outcomes.filter(({ type }) => type === 'ok').length + refused.length).toBe(40);
  });
});

describe('split by years, with a default partition and a table of keys', () => {
  it('what has no year of its own lies in the default partition', async () => {
    running = await runningCluster('partitioned-range-keys', {}, ['n1']);
    const client = await running.client('set');
    for (let element = 0; element < 40; element++)
      expect(await client.do('add', 's', element)).toMatchObject({ type: 'ok' });
    expect((await partitionsOf('elements')).elements_other).toBeGreaterThan(0);
    expect(await scanned("SELECT e FROM elements WHERE at = '2031-01-01'")).toEqual(['elements_other']);
  });

  it('rows that concurrent writers move are never lost or doubled, and no reader misses one', async () => {
    running = await runningCluster('partitioned-range-keys', {}, ['n1']);
    const clients = await Promise.all([0, 1, 2, 3].map((session) => running.client('register', session)));
    await clients[0].do('write', 'k', 0);
    const seen: unknown[] = [];
    await Promise.all(
      clients.map(async (client, i) => {
        for (let n = 1; n <= 40; n++)
          if (i === 3) seen.push((await client.do('read', 'k')).value);
          else expect(await client.do('write', 'k', 3 * n + i)).toMatchObject({ type: 'ok' });
      }),
    );
    expect(seen.filter((value) => typeof value !== 'number')).toEqual([]);
    const rows = Object.values(await partitionsOf('kv'));
    expect(rows).toEqual([1]);
  });
});

it('split by hash, the key is unique, and a query by key scans one partition', async () => {
  running = await runningCluster('partitioned-hash', {}, ['n1']);
  const client = await running.client('register');
  for (let key = 0; key < 40; key++) await client.do('write', key, key);
  const partitions = await partitionsOf('kv');
  expect(Object.keys(partitions).sort()).toEqual(['kv_0', 'kv_1', 'kv_2', 'kv_3']);
  expect(await client.do('cas', 1, [1, 'x'])).toMatchObject({ type: 'ok' });
  expect(await scanned("SELECT v FROM kv WHERE k = '1'")).toHaveLength(1);
});
