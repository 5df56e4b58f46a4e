import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Host } from '../types.ts';
import { cleanDocker } from './clean.ts';
import { fakeClockEnvironment, measureClockOffset, setClockOffset } from './clock.ts';
import { connectEngine } from './engine.ts';
import { dockerHost } from './host.ts';
import type { DockerNode } from './node.ts';
import { RUN } from './owner.ts';
import { describeDocker, testContext } from './testing/suite.ts';

/** Three processes, one in a session of its own as PostgreSQL's backends are; each writes its beats to the disk. */
const SERVICE = `
beat() { while :; do date +%s%N >> "$1.beats"; sleep 0.02; done; }
beat leader & export -f beat
setsid bash -c 'beat backend' &
nodejs -e '
  const fs = require("fs");
  require("net").createServer((c) => { c.on("error", () => {}); c.end(String(process.pid)); }).listen(7000);
' &
wait`;

const processes = `ls -d /proc/[0-9]* | while read p; do tr '\\0' ' ' <$p/cmdline | grep -E 'beat|nodejs' | grep -v alibi-service; done; true`;

/** What the engine holds of a run. */
async function leftovers(runId: string): Promise<number> {
  const filters = { label: [`${RUN}=${runId}`] };
  const docker = connectEngine();
  const containers = await docker.listContainers({ all: true, filters });
  return containers.length + (await docker.listNetworks({ filters })).length;
}

describeDocker('a node in a container', () => {
  const context = testContext('host');
  let host: Host;
  let node: DockerNode;

  beforeAll(async () => {
    host = await dockerHost(context);
    const spec = { name: 'n1', image: 'node', ports: { client: 7000 }, memoryMb: 200, cpus: 0.5 };
    node = (await host.addNode(spec)) as DockerNode;
  }, 300_000);
  afterAll(() => host?.close());

  const start = () => node.start({ name: 'db', command: ['bash', '-c', SERVICE] });
  const beats = async (who: string) => (await node.run(['cat', `${who}.beats`])).stdout.length;
  const running = async () => (await node.run(['sh', '-c', processes])).stdout;

  /** The service's pid, asked over the published port; null when nobody answers. */
  function ask(): Promise<string | null> {
    const { host: address, port } = host.client('n1', 'client');
    return new Promise((resolve) => {
      const socket = connect(port, address);
      let heard = '';
      socket.setTimeout(1000, () => socket.destroy());
      socket.on('data', (data) => (heard += data.toString()));
      socket.on('error', () => resolve(null));
      socket.on('close', () => resolve(heard === '' ? null : heard));
    });
  }

  async function eventually<T>(get: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      const value = await get();
      if (holds(value)) return value;
      if (Date.now() > deadline) throw new Error('it did not come true within 15 s');
    }
  }

  it('holds no capability and is limited as asked', async () => {
    const { stdout } = await node.run(['sh', '-c', 'id -u; grep CapBnd /proc/self/status']);
    expect(stdout).toBe('1000\nCapBnd:\t0000000000000000\n');
    const [{ Id }] = await connectEngine().listContainers({ filters: { name: [`${context.runId}-n1$`] } });
    const { HostConfig, Config } = await connectEngine().getContainer(Id).inspect();
    expect([HostConfig.Memory, HostConfig.NanoCpus]).toEqual([200 << 20, 5e8]);
    expect(Config.Labels[RUN]).toBe(context.runId);
  });

  it('is killed with every process of the service at once, and restarts with its address, port and disk', async () => {
    await start();
    const first = await eventually(ask, (pid) => pid !== null);
    await eventually(
      () => beats('backend'),
      (length) => length > 0,
    );
    await node.signal('db', 'SIGKILL');
    expect(await node.alive('db')).toBe(false);
    expect(await running()).toBe('');
    expect(await ask()).toBeNull();
    const disk = await beats('backend');

    await start();
    const second = await eventually(ask, (pid) => pid !== null);
    expect(second).not.toBe(first);
    expect(await beats('backend')).toBeGreaterThanOrEqual(disk);
    expect(await readFile(join(node.directory, 'db.log'), 'utf8')).toContain('was ended by signal 9');
  });

  it('is paused with every process of the service, and goes on', async () => {
    await node.signal('db', 'SIGSTOP');
    expect(await node.state('db')).toBe('stopped');
    expect(await node.alive('db')).toBe(true);
    const before = [await beats('leader'), await beats('backend')];
    await node.run(['sleep', '0.3']);
    expect([await beats('leader'), await beats('backend')]).toEqual(before);
    await node.signal('db', 'SIGCONT');
    expect(await node.state('db')).toBe('running');
    await eventually(
      () => beats('backend'),
      (length) => length > before[1],
    );
  });

  it('refuses to start a service twice, or a program that is not there', async () => {
    await expect(start()).rejects.toThrow('already running');
    const absent = node.start({ name: 'absent', command: ['no-such-database'] });
    await expect(absent).rejects.toThrow('no such program: no-such-database');
    expect(await node.alive('absent')).toBe(false);
    await expect(node.signal('other', 'SIGKILL')).rejects.toThrow('it was never started');
  });

  it('runs commands with input, and tells a failure and a time-out apart', async () => {
    const { status, stdout, stderr } = await node.run(['sh', '-c', 'cat; echo oops >&2; exit 3'], {
      input: 'a\nb',
      allowFailure: true,
    });
    expect([status, stdout, stderr]).toEqual([3, 'a\nb', 'oops\n']);
    await expect(node.run(['sh', '-c', 'echo oops >&2; exit 3'])).rejects.toThrow(
      'ended with status 3: oops',
    );
    await expect(node.run(['sleep', '60'], { timeoutMs: 300 })).rejects.toThrow('did not end within 0.3 s');
  });

  it('lists its service’s log, readable from outside', async () => {
    expect(await node.logs()).toContain(join(node.directory, 'db.log'));
  });

  it('has a clock that is set while a service runs, and measured through the node', async () => {
    await setClockOffset(node, 0);
    const clock = 'setInterval(() => console.log(Date.now(), process.uptime()), 20)';
    await node.start({ name: 'clock', command: ['nodejs', '-e', clock], env: fakeClockEnvironment(node) });
    const times = async () =>
      (await readFile(join(node.directory, 'clock.log'), 'utf8')).split('\n').slice(0, -1);
    await eventually(times, (lines) => lines.length > 0);
    expect(Math.abs(await measureClockOffset(node))).toBeLessThan(500);
    await setClockOffset(node, -90_500);
    expect(Math.abs((await measureClockOffset(node)) + 90_500)).toBeLessThan(500);
    const jumped = (lines: string[]) =>
      lines.some(
        (line, i) => i > 0 && Number(line.split(' ')[0]) - Number(lines[i - 1].split(' ')[0]) < -90_000,
      );
    const lines = await eventually(times, jumped);
    // Time of day went back, the monotonic clock did not.
    const uptimes = lines.map((line) => Number(line.split(' ')[1]));
    expect(uptimes).toEqual([...uptimes].sort((a, b) => a - b));
  });
});

describeDocker('cleaning up', () => {
  it('close() leaves no container and no network', async () => {
    const context = testContext('closing');
    const host = await dockerHost(context);
    const node = await host.addNode({ name: 'n1', image: 'node', ports: { client: 7000 } });
    await node.start({ name: 'sleeper', command: ['sleep', 'infinity'] });
    expect(await leftovers(context.runId)).toBe(3);
    await host.close();
    expect(await leftovers(context.runId)).toBe(0);
    await host.close();
  });

  it('close() while a node is being made leaves nothing either', async () => {
    const context = testContext('hasty');
    const host = await dockerHost(context);
    const nodes = ['n1', 'n2'].map((name) => host.addNode({ name, image: 'node', ports: { client: 7000 } }));
    let settled = false;
    const made = Promise.allSettled(nodes).then(() => (settled = true));
    while (!settled && (await leftovers(context.runId)) < 2);
    await host.close();
    await made;
    expect(await leftovers(context.runId)).toBe(0);
    await expect(host.addNode({ name: 'n3', image: 'node', ports: {} })).rejects.toThrow(
      'the host is closed',
    );
  });

  it('clean removes what a killed harness left, and nothing of one that lives', async () => {
    const [alive, dead] = [testContext('alive'), testContext('dead')];
    const host = await dockerHost(alive);
    const script = fileURLToPath(new URL('./testing/orphan.ts', import.meta.url));
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const harness = spawn(process.execPath, ['--import', tsx, script, dead.runId, dead.directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(harness.stdout, 'data');
      expect(await leftovers(dead.runId)).toBe(3);
      // It lives: its containers are its own.
      expect((await cleanDocker()).networks).not.toContain(`alibi-${dead.runId}`);
      expect(await leftovers(dead.runId)).toBe(3);

      const gone = once(harness, 'exit');
      harness.kill('SIGKILL');
      await gone;
      const removed = await cleanDocker();
      expect(removed.containers).toEqual(
        expect.arrayContaining([`alibi-${dead.runId}-n1`, `alibi-${dead.runId}-n1-sidecar`]),
      );
      expect(removed.networks).toContain(`alibi-${dead.runId}`);
      expect(await leftovers(dead.runId)).toBe(0);
      expect(await leftovers(alive.runId)).toBe(1);
    } finally {
      harness.kill('SIGKILL');
      await host.close();
    }
  });

  it('clean of one run removes that run', async () => {
    const [one, other] = [testContext('one'), testContext('other')];
    const hosts = [await dockerHost(one), await dockerHost(other)];
    await cleanDocker({ run: one.runId });
    expect([await leftovers(one.runId), await leftovers(other.runId)]).toEqual([0, 1]);
    for (const host of hosts) await host.close();
  });
});

describeDocker('a node that cannot be made', () => {
  it('names itself and what the engine said', async () => {
    const context = testContext('absent');
    const host = await dockerHost(context);
    try {
      await expect(host.addNode({ name: 'n1', image: 'alibi-no-such-image', ports: {} })).rejects.toThrow(
        /^Node n1 could not be created: .*alibi-no-such-image/,
      );
    } finally {
      await host.close();
    }
  });
});
