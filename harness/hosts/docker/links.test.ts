import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Host, HostNode, Link } from '../types.ts';
import { isRefusal, type Links } from '../types.ts';
import { dockerHost } from './host.ts';
import { describeDocker, testContext } from './testing/suite.ts';

/** Echoes lines; on `dial HOST PORT` opens a connection, sends a line each 20 ms and logs how it ended. */
const SERVER = `
const net = require('node:net');
const [host, port] = process.argv.slice(1);
net.createServer((c) => { c.on('error', () => {}); c.pipe(c); }).listen(Number(port), host);
`;
const CLIENT = `
const net = require('node:net');
const [host, port] = process.argv.slice(1);
const c = net.connect(Number(port), host);
let heard = 0;
c.on('connect', () => console.log('connected'));
c.on('data', (d) => { heard += d.length; console.log('heard ' + heard); });
c.on('error', (e) => { console.log('error ' + e.code); process.exit(0); });
setInterval(() => c.write('x'), 20);
`;

const link = (from: string, to: string): Link => ({ from, to });
const both = (a: string, b: string): Link[] => [link(a, b), link(b, a)];

describeDocker('links between containers', () => {
  const context = testContext('links');
  let host: Host;
  let links: Links;
  const nodes: HostNode[] = [];

  beforeAll(async () => {
    host = await dockerHost(context);
    if (isRefusal(host.links)) throw new Error(host.links.refused);
    links = host.links;
    const add = (name: string) =>
      host.addNode({ name, image: 'node', ports: { client: 7000 }, memoryMb: 128 });
    nodes.push(...(await Promise.all(['n1', 'n2', 'n3'].map(add))));
    for (const node of nodes) {
      const { host: address, port } = host.bind(node.name, 'client');
      await node.start({ name: 'echo', command: ['node', '-e', SERVER, address, `${port}`] });
    }
    for (const [from, to] of [
      ['n1', 'n2'],
      ['n2', 'n1'],
      ['n1', 'n3'],
    ])
      await eventually(() => dial(from, to));
  }, 300_000);
  afterAll(() => host?.close());

  const node = (name: string): HostNode => nodes.find((each) => each.name === name)!;

  /** The database's own view: a connection to the service, one byte there and back. */
  async function dial(from: string, to: string): Promise<boolean> {
    const { host: address, port } = host.peer(from, to, 'client');
    const script = 'exec 3<>"/dev/tcp/$0/$1" && echo x >&3 && read -r -t 1 line <&3 && [ "$line" = x ]';
    const command = ['timeout', '1', 'bash', '-c', script, address, `${port}`];
    return (await node(from).run(command, { allowFailure: true })).status === 0;
  }

  async function eventually(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (!(await holds())) if (Date.now() > deadline) throw new Error('it did not come true within 15 s');
  }

  async function talk(from: string, to: string): Promise<{ output: () => Promise<string> }> {
    const { host: address, port } = host.peer(from, to, 'client');
    const name = `talk-${talks++}`;
    await node(from).start({ name, command: ['node', '-e', CLIENT, address, `${port}`] });
    const output = async () => (await node(from).run(['cat', `${name}.log`])).stdout;
    await eventually(async () => (await output()).includes('heard'));
    return { output };
  }
  let talks = 0;

  it('carry what the database sends, in bytes that grow', async () => {
    const before = await links.counters(link('n1', 'n2'));
    expect(await dial('n1', 'n2')).toBe(true);
    const after = await links.counters(link('n1', 'n2'));
    expect(after.carried).toBeGreaterThan(before.carried);
    expect(after.dropped).toBe(before.dropped);
  });

  it('do not count the probe as database traffic', async () => {
    const before = await links.counters(link('n3', 'n2'));
    expect(await links.reaches(link('n3', 'n2'))).toBe(true);
    expect(await links.counters(link('n3', 'n2'))).toEqual(before);
  });

  it('carry nothing either way once cut both ways, and again once healed', async () => {
    await links.cut(both('n1', 'n2'), 'drop');
    expect(await Promise.all(both('n1', 'n2').map((each) => links.reaches(each)))).toEqual([false, false]);
    expect([await dial('n1', 'n2'), await dial('n2', 'n1')]).toEqual([false, false]);
    const swallowed = await Promise.all(both('n1', 'n2').map((each) => links.counters(each)));
    expect(swallowed.every(({ dropped }) => dropped > 0)).toBe(true);

    // Bystanders and clients on this machine notice nothing.
    expect([await dial('n1', 'n3'), await links.reaches(link('n2', 'n3'))]).toEqual([true, true]);
    expect(await publishedAnswers('n1')).toBe(true);

    await links.heal();
    expect(await Promise.all(both('n1', 'n2').map((each) => links.reaches(each)))).toEqual([true, true]);
    expect(await dial('n1', 'n2')).toBe(true);
    const healed = await links.counters(link('n1', 'n2'));
    expect(healed.dropped).toBeGreaterThanOrEqual(swallowed[0].dropped);
    expect(healed.carried).toBeGreaterThan(swallowed[0].carried);
  });

  it('swallow packets of one direction only when cut one way', async () => {
    const conversation = await talk('n1', 'n2');
    const before = await Promise.all(both('n1', 'n2').map((each) => links.counters(each)));
    await links.cut([link('n1', 'n2')], 'drop');
    await eventually(async () => (await links.counters(link('n1', 'n2'))).dropped > before[0].dropped);
    expect(await links.reaches(link('n1', 'n2'))).toBe(false);
    expect((await links.counters(link('n2', 'n1'))).dropped).toBe(before[1].dropped);
    await links.heal([link('n1', 'n2')]);
    // The same connection lives on: TCP sends again what was lost.
    const heard = (await conversation.output()).length;
    await eventually(async () => (await conversation.output()).length > heard);
    expect(await conversation.output()).not.toContain('error');
  });

  it('refuse new connections and end open ones when reset', async () => {
    const conversation = await talk('n1', 'n3');
    await links.cut(both('n1', 'n3'), 'reset');
    await eventually(async () => /error (ECONNRESET|EPIPE|ECONNABORTED)/.test(await conversation.output()));
    expect(await links.reaches(link('n1', 'n3'))).toBe(false);
    const fresh = await node('n1').run(
      ['bash', '-c', `exec 3<>/dev/tcp/${host.peer('n1', 'n3', 'client').host}/7000`],
      { allowFailure: true },
    );
    expect(fresh.stderr).toContain('Connection refused');
    await links.heal();
    expect(await dial('n1', 'n3')).toBe(true);
  });

  it('cannot be dialled one way when only that way’s dialling is cut, and what is open lives on', async () => {
    const conversation = await talk('n1', 'n2');
    await links.cut([link('n1', 'n2')], 'syn');
    expect([await dial('n1', 'n2'), await links.reaches(link('n1', 'n2'))]).toEqual([false, false]);
    expect([await dial('n2', 'n1'), await links.reaches(link('n2', 'n1'))]).toEqual([true, true]);
    const heard = (await conversation.output()).length;
    await eventually(async () => (await conversation.output()).length > heard);
    expect(await conversation.output()).not.toContain('error');
    await links.heal();
  });

  it('lose a share of the packets, and carry the rest', async () => {
    const conversation = await talk('n1', 'n2');
    const before = await links.counters(link('n1', 'n2'));
    await links.lose?.([link('n1', 'n2')], 30);
    await eventually(async () => (await links.counters(link('n1', 'n2'))).dropped > before.dropped);
    expect((await links.counters(link('n1', 'n2'))).carried).toBeGreaterThan(before.carried);
    await links.heal();
    expect(await conversation.output()).not.toContain('error');
  });

  it('carry no more than they are wide, and lose the rest', async () => {
    const conversation = await talk('n1', 'n2');
    const before = await links.counters(link('n1', 'n2'));
    // Fifty small packets a second are several kilobytes.
    await links.narrow?.([link('n1', 'n2')], 1);
    await eventually(async () => (await links.counters(link('n1', 'n2'))).dropped > before.dropped);
    expect((await links.counters(link('n1', 'n2'))).carried).toBeGreaterThan(before.carried);
    await links.heal();
    expect(await conversation.output()).not.toContain('error');
  });

  it('stay cut for a link that was not healed', async () => {
    await links.cut([...both('n1', 'n2'), ...both('n1', 'n3')], 'drop');
    await links.heal(both('n1', 'n2'));
    expect([await links.reaches(link('n1', 'n2')), await links.reaches(link('n1', 'n3'))]).toEqual([
      true,
      false,
    ]);
    await links.heal();
  });

  it('take longer by what they are delayed, one way, also where a connection was open before', async () => {
    const conversation = await talk('n1', 'n2');
    const before = await links.counters(link('n1', 'n2'));
    await links.delay([link('n1', 'n2')], 600);
    // It dials in 600 ms, and its byte takes as long again: more than the second that it has.
    expect(await dial('n1', 'n2')).toBe(false);
    expect(await links.roundTrip?.(link('n1', 'n2'), 5000)).toBeGreaterThanOrEqual(600);
    expect(await links.roundTrip?.(link('n1', 'n3'), 5000)).toBeLessThan(600);
    expect(await links.roundTrip?.(link('n1', 'n2'), 300)).toBe(300);
    expect((await links.counters(link('n1', 'n2'))).carried).toBeGreaterThan(before.carried);
    await links.heal();
    const heard = (await conversation.output()).length;
    await eventually(async () => (await conversation.output()).length > heard);
    expect(await dial('n1', 'n2')).toBe(true);
    expect(await conversation.output()).not.toContain('error');
  });

  it('exist only between two known nodes', async () => {
    await expect(links.cut([link('n1', 'n9')], 'drop')).rejects.toThrow(
      'There is no node n9; there are n1, n2, n3.',
    );
    await expect(links.cut([link('n1', 'n1')], 'drop')).rejects.toThrow(
      'There is no link from node n1 to itself.',
    );
  });

  async function publishedAnswers(name: string): Promise<boolean> {
    const { connect } = await import('node:net');
    const { host: address, port } = host.client(name, 'client');
    return new Promise((resolve) => {
      const socket = connect(port, address, () => socket.write('x'));
      socket.setTimeout(3000, () => socket.destroy());
      socket.on('data', () => (resolve(true), socket.destroy()));
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
    });
  }
});

describeDocker('a sidecar without NET_ADMIN', () => {
  const context = testContext('powerless');
  let host: Host;

  beforeAll(async () => {
    host = await dockerHost(context, { sidecarCapabilities: [] });
    for (const name of ['n1', 'n2']) await host.addNode({ name, image: 'node', ports: { client: 7000 } });
  }, 300_000);
  afterAll(() => host?.close());

  it('fails every fault loudly, and the probe shows that nothing was cut', async () => {
    const links = host.links as Links;
    await expect(links.cut([link('n1', 'n2')], 'drop')).rejects.toThrow(
      'The firewall of node n2 could not be used (has its sidecar NET_ADMIN?)',
    );
    await expect(links.counters(link('n1', 'n2'))).rejects.toThrow('NET_ADMIN');
    expect(await links.reaches(link('n1', 'n2'))).toBe(true);
  });
});
