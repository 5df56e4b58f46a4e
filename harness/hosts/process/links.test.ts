import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host, HostNode } from '../types.ts';
import { processHost } from './host.ts';
import { Lines, contextFor, echoServer, eventually, pause, scratch } from './testing/servers.ts';

const AB = { from: 'a', to: 'b' };
const BA = { from: 'b', to: 'a' };

describe('links between processes', () => {
  const place = scratch('links');
  let host: Host;
  let lines: Lines;
  const nodes = new Map<string, HostNode>();

  const heard = (node: string) => readFileSync(join(place.directory, node, 'echo.log'), 'utf8');
  const links = () => {
    if ('refused' in host.links) throw new Error(host.links.refused);
    return host.links;
  };
  const dial = () => (lines = new Lines(host.peer('a', 'b', 'db')));
  const roundTrip = async (line: string) => {
    lines.send(line);
    await eventually(`echo of ${line}`, () => lines.received.includes(`echo ${line}`));
  };

  beforeEach(async () => {
    host = processHost(contextFor(place.directory, `links-${Math.random()}`));
    for (const name of ['a', 'b', 'c']) nodes.set(name, await host.addNode({ name, ports: { db: null } }));
    for (const [name, node] of nodes) await node.start(echoServer('echo', host.bind(name, 'db')));
    for (const name of nodes.keys())
      await eventually(`${name} listens`, () => heard(name).includes('listening'));
    dial();
    await roundTrip('hello');
  });

  afterEach(async () => {
    lines.socket.destroy();
    await host.close();
    place.remove();
  });

  it('carry bytes and count them in each direction', async () => {
    expect((await links().counters(AB)).carried).toBe('hello\n'.length);
    expect((await links().counters(BA)).carried).toBe('echo hello\n'.length);
    expect(await links().reaches(AB)).toBe(true);
    expect((await links().counters(AB)).carried).toBe('hello\n'.length);
  });

  it('a cut of A→B swallows what A sends and nothing else', async () => {
    await links().cut([AB], 'drop');
    lines.send('lost');
    await eventually('drop counted', async () => (await links().counters(AB)).dropped === 'lost\n'.length);
    await pause();
    expect(heard('b')).not.toContain('lost');
    expect([await links().reaches(AB), await links().reaches(BA)]).toEqual([false, true]);
    expect(await links().reaches({ from: 'a', to: 'c' })).toBe(true);
    expect(lines.closed).toBe(false);
  });

  it('a cut of B→A lets A be heard, but not answered', async () => {
    await links().cut([BA], 'drop');
    lines.send('one-way');
    await eventually('b hears', () => heard('b').includes('heard one-way'));
    await eventually('drop counted', async () => (await links().counters(BA)).dropped > 0);
    expect(lines.received).not.toContain('echo one-way');
    expect([await links().reaches(AB), await links().reaches(BA)]).toEqual([true, false]);
  });

  it('new connections over a cut link hang, and the service never sees them', async () => {
    await links().cut([AB], 'drop');
    const late = dial();
    late.send('anyone?');
    await pause();
    expect(late.received).toEqual([]);
    expect(late.closed).toBe(false);
    expect(heard('b')).not.toContain('anyone');
  });

  it('a connection that lost bytes is reset at heal, one that did not goes on', async () => {
    const idle = lines;
    const busy = dial();
    await roundTrip('busy');
    await links().cut([AB], 'drop');
    busy.send('lost');
    await eventually('drop counted', async () => (await links().counters(AB)).dropped > 0);
    await links().heal();
    await eventually('the lossy one ends', () => busy.closed);
    lines = idle;
    await roundTrip('still here');
    expect(heard('b')).not.toContain('heard lost');
  });

  it('the death of a process is not heard across a cut', async () => {
    await links().cut([AB, BA], 'drop');
    await nodes.get('b')?.signal('echo', 'SIGKILL');
    await pause();
    expect(lines.closed).toBe(false);
    await links().heal();
    await eventually('heard after the heal', () => lines.closed);
  });

  it('reset tears down what is open and refuses what is new', async () => {
    await links().cut([AB], 'reset');
    await eventually('torn down', () => lines.closed);
    const refused = dial();
    await eventually('refused', () => refused.closed);
    expect(await links().reaches(AB)).toBe(false);
    expect((await links().counters(AB)).dropped).toBeGreaterThanOrEqual(2);
    await links().heal([AB]);
    dial();
    await roundTrip('back');
  });

  it('delay holds bytes back for one direction, in order', async () => {
    await links().delay([AB], 300);
    lines.send('first');
    await pause(100);
    expect(heard('b')).not.toContain('first');
    await links().delay([AB], 0);
    lines.send('second');
    await eventually('both arrive', () => lines.received.length === 3);
    expect(lines.received).toEqual(['echo hello', 'echo first', 'echo second']);
  });

  it('a cut drops what a delay holds in flight', async () => {
    await links().delay([AB], 300);
    lines.send('in flight');
    await pause(50);
    await links().cut([AB], 'drop');
    expect((await links().counters(AB)).dropped).toBe('in flight\n'.length);
    await pause(400);
    expect(heard('b')).not.toContain('in flight');
  });
});
