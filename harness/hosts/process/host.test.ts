import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Host, HostNode } from '../types.ts';
import { processHost } from './host.ts';
import { processTable, readProcess } from './proc.ts';
import { Lines, contextFor, echoServer, eventually, scratch } from './testing/servers.ts';

let place: ReturnType<typeof scratch>;
let host: Host;
let node: HostNode;

beforeEach(async () => {
  place = scratch('host');
  host = processHost(contextFor(place.directory, `host-${process.pid}`));
  node = await host.addNode({ name: 'n1', ports: { db: null, control: 7000 } });
});

afterEach(async () => {
  await host.close();
  place.remove();
});

const log = (service: string) => readFileSync(`${node.directory}/${service}.log`, 'utf8');

/** A leader that forks a child in its group and one in a session of its own, as PostgreSQL's backends are. */
const forking = { name: 'forking', command: ['sh', '-c', 'echo $$; sleep 600 & setsid sleep 601 & wait'] };

async function startForking(): Promise<number[]> {
  await node.start(forking);
  await eventually('it forked', () => pids().length === 3);
  return pids();
}

function pids(): number[] {
  const leader = Number(log('forking').trim());
  const table = processTable();
  return table.filter((p) => p.pid === leader || p.parent === leader).map((p) => p.pid);
}

it('SIGKILL ends the whole family of a service before it resolves', async () => {
  const family = await startForking();
  await node.signal('forking', 'SIGKILL');
  expect(family.map((pid) => readProcess(pid)).filter((entry) => entry && entry.state !== 'Z')).toEqual([]);
  expect(await node.alive('forking')).toBe(false);
});

it('SIGSTOP stops the whole family, which is then still alive; SIGCONT continues it', async () => {
  const family = await startForking();
  const states = () => family.map((pid) => readProcess(pid)?.state);
  await node.signal('forking', 'SIGSTOP');
  expect(states()).toEqual(['T', 'T', 'T']);
  expect(await node.alive('forking')).toBe(true);
  await node.signal('forking', 'SIGCONT');
  await eventually('all run again', () => states().every((state) => state === 'S'));
});

it('a service keeps its port, directory and log over kill -9 and restart', async () => {
  const echo = echoServer('echo', host.bind('n1', 'db'));
  for (const times of [1, 2]) {
    await node.start(echo);
    await eventually('it listens', () => log('echo').split('listening').length === times + 1);
    const lines = new Lines(host.client('n1', 'db'));
    lines.send('hi');
    await eventually('it answers', () => lines.received.includes('echo hi'));
    lines.socket.destroy();
    await node.signal('echo', 'SIGKILL');
  }
  expect(await node.logs()).toEqual([`${node.directory}/echo.log`]);
});

it('a port taken by another program is an error that names phase, node and port', async () => {
  const { port } = host.bind('n1', 'db');
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
  await expect(node.start(forking)).rejects.toThrow(
    `starting forking on n1: port ${port} (db) of 127.0.0.1 is taken by another program`,
  );
  await new Promise((resolve) => squatter.close(resolve));
});

it('a command that cannot be executed is an error that names phase and node', async () => {
  await expect(node.start({ name: 'db', command: ['./no-such-program'] })).rejects.toThrow(
    'starting db on n1: cannot run ./no-such-program: spawn ./no-such-program ENOENT',
  );
});

it('run gives status and output, rejects with the command’s own words, and ends what is late', async () => {
  expect(await node.run(['sh', '-c', 'cat; pwd'], { input: 'in\n' })).toEqual({
    status: 0,
    stdout: `in\n${node.directory}\n`,
    stderr: '',
  });
  await expect(node.run(['sh', '-c', 'echo broken >&2; exit 3'])).rejects.toThrow(
    'on n1 ended with status 3: broken',
  );
  expect((await node.run(['sh', '-c', 'exit 3'], { allowFailure: true })).status).toBe(3);
  await expect(node.run(['sleep', '60'], { timeoutMs: 50 })).rejects.toThrow(
    'sleep 60 on n1 did not end within 50 ms',
  );
});

it('two hosts of the same seed hold different ports', async () => {
  const other = processHost(contextFor(place.directory, `host-${process.pid}`));
  await other.addNode({ name: 'n1', ports: { db: null, control: null } });
  expect(other.bind('n1', 'db').port).not.toBe(host.bind('n1', 'db').port);
  await other.close();
});
