import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cleanProcesses } from './clean.ts';
import { RUN } from './label.ts';
import { environmentOf, processTable } from './proc.ts';
import { eventually, scratch } from './testing/servers.ts';

let place: ReturnType<typeof scratch>;
const harnesses: ChildProcess[] = [];

beforeEach(() => (place = scratch('clean')));
afterEach(async () => {
  for (const harness of harnesses.splice(0)) harness.kill('SIGKILL');
  await eventually('nothing left', async () => (await cleanProcesses()).alive.length === 0);
  place.remove();
});

async function startHarness(runId: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('testing/harness.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, place.directory, runId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  harnesses.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}

const processesOf = (runId: string) =>
  processTable()
    .map((entry) => entry.pid)
    .filter((pid) => environmentOf(pid).get(RUN) === runId);

async function killed(harness: ChildProcess): Promise<void> {
  harness.kill('SIGKILL');
  await new Promise((resolve) => harness.once('exit', resolve));
}

it('clean kills what a harness that died of kill -9 left behind, and leaves a live run alone', async () => {
  const [dead, live] = [`dead-${process.pid}`, `live-${process.pid}`];
  const doomed = await startHarness(dead);
  await startHarness(live);
  await eventually('both runs have a service and its child', () =>
    [dead, live].every((run) => processesOf(run).length === 2),
  );
  await killed(doomed);
  expect(processesOf(dead)).toHaveLength(2);

  // Runs of other directories may leave things behind on this machine at the same time: count only ours.
  const cleaned = await cleanProcesses();
  const ours = cleaned.killed.filter(({ runId }) => [dead, live].includes(runId));
  expect(ours.map(({ runId }) => runId)).toEqual([dead, dead]);
  expect(cleaned.alive).toEqual([live]);
  expect(processesOf(dead)).toEqual([]);
  expect(processesOf(live)).toHaveLength(2);
  expect(readdirSync(join(place.directory, 'state', 'runs'))).toEqual([`${live}.json`]);
  expect(readdirSync(join(place.directory, 'state', 'ports'))).toHaveLength(1);
});

it('clean finds leftovers by their label alone when the record is lost', async () => {
  const run = `lost-${process.pid}`;
  const harness = await startHarness(run);
  await eventually('it runs', () => processesOf(run).length === 2);
  await killed(harness);
  place.remove();
  expect(existsSync(place.directory)).toBe(false);
  expect((await cleanProcesses({ runId: run })).killed).toHaveLength(2);
  expect(processesOf(run)).toEqual([]);
});

it('clean of one run leaves other leftovers alone', async () => {
  const [one, other] = [`one-${process.pid}`, `other-${process.pid}`];
  // Both at once, and only then: whoever else cleans this machine meanwhile takes what a dead harness left.
  const harnessed = await Promise.all([one, other].map(startHarness));
  await Promise.all(harnessed.map(killed));
  expect(new Set((await cleanProcesses({ runId: one })).killed.map(({ runId }) => runId))).toEqual(
    new Set([one]),
  );
  expect(processesOf(other)).toHaveLength(2);
});
