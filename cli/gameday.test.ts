import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { alibi, scratch } from './testing/alibi.ts';

const DAY = `name: Kill </h1><img src=x> the leader
cluster: reference:async
workload: set
options: { world: sim, rate: 100, time: 14 }
timetable:
  - { at: 2, fault: cut-standbys, for: 4 }
  - { at: 3, do: failover, note: too early }
limits: { outage: 8, lost: 0, recovered: 5 }
`;

it(
  'a game day holds the run against its limits and writes an account of it',
  { timeout: 60_000 },
  async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, 'day.yaml'), DAY);
    const { code, stdout } = await alibi(['gameday', 'day.yaml', '--out', 'day'], cwd);
    // An asynchronous leader that is cut off loses what it acknowledged: the claim allows that, the day does not.
    expect(stdout).toMatch(/\| lost \| ≤ 0 \| [1-9]\d* \| BROKEN \|/);
    expect(stdout).toMatch(/\| 2\.0 s \| cut-standbys \| n1 \| 4\.0 s \| yes \|/);
    expect(code).toBe(1);
    const page = readFileSync(join(cwd, 'day', 'gameday.html'), 'utf8');
    expect(page).not.toContain('<img');
    expect(page).toContain('too early');
    expect(JSON.parse(readFileSync(join(cwd, 'day', 'gameday.json'), 'utf8'))).toMatchObject({
      outcome: 'violation',
    });
    const again = await alibi(['replay', 'day'], cwd);
    expect(again.stdout + again.stderr).toMatch(/identical|same bytes/i);
  },
);

it.each([
  [
    'limits: { outage: 8, lost: 0, recovered: 5 }',
    'limits: { losses: 0 }',
    /day\.yaml:8:11: limits\.losses: there is no such key/,
  ],
  ['do: failover', 'fault: failover', /day\.yaml:7:5: timetable\.1: a fault is held for some seconds/],
  ['cut-standbys, for: 4', 'cut-standbyz, for: 4', /Unknown fault "cut-standbyz"/],
  ['time: 14', 'time: 5', /is not over before the load ends/],
])('in a game day, "%s" as "%s" is told before anything starts', async (was, is, why) => {
  const cwd = scratch();
  writeFileSync(join(cwd, 'day.yaml'), DAY.replace(was, is));
  const { code, stderr } = await alibi(['gameday', 'day.yaml', '--out', 'day'], cwd);
  expect(stderr).toMatch(why);
  expect(code).toBe(64);
  expect(existsSync(join(cwd, 'day'))).toBe(false);
});
