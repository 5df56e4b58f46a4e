// What a power cut takes and what it leaves; needs root, as the run itself does.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Host, HostNode } from '../types.ts';
import { cleanDisks, noDisks } from './disk.ts';
import { dockerHost } from './host.ts';
import { describeDocker, testContext } from './testing/suite.ts';

const refused = noDisks();

describeDocker('a node’s own disk', () => {
  const context = { ...testContext('disk'), disks: true };
  let host: Host;
  let node: HostNode;

  beforeAll(async () => {
    if (refused !== null) return;
    host = await dockerHost(context);
    node = await host.addNode({ name: 'n1', image: 'node', ports: {} });
  }, 300_000);
  afterAll(() => host?.close());

  const shell = (script: string) => node.run(['sh', '-c', script, 'sh', node.disk!.directory]);

  it.skipIf(refused)('keeps through a power cut what was synced, and not what was only written', async () => {
    await node.start({ name: 'holder', command: ['sleep', 'infinity'] });
    await shell(
      'echo safe > "$1/synced" && sync "$1/synced" && echo lost > "$1/written" && echo more >> "$1/synced"',
    );
    expect((await shell('cat "$1/written" "$1/synced"')).stdout).toBe('lost\nsafe\nmore\n');
    expect(await node.disk!.cutPower()).toMatch(/copied at rest/);
    expect(await node.state('holder')).toBe('gone');
    expect((await shell('cat "$1/written" 2>/dev/null; cat "$1/synced"')).stdout).toBe('safe\n');
  });

  it.skipIf(refused)('keeps through a kill whatever was written', async () => {
    await node.start({
      name: 'writer',
      command: ['sh', '-c', `echo kept > ${node.disk!.directory}/k; sleep infinity`],
    });
    while (!existsSync(join(node.disk!.directory, 'k')))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await node.signal('writer', 'SIGKILL');
    expect((await shell('cat "$1/k"')).stdout).toBe('kept\n');
  });

  it.skipIf(refused)('has no room when it is full, and room again', async () => {
    expect(await node.disk!.fill()).toBeLessThan(4096);
    const write = () =>
      node.run(['dd', 'if=/dev/zero', `of=${node.disk!.directory}/f`, 'bs=1M', 'count=1'], {
        allowFailure: true,
      });
    expect((await write()).stderr).toMatch(/No space left/);
    await node.disk!.free();
    expect((await write()).status).toBe(0);
  });

  it.skipIf(refused)('leaves no mount behind', async () => {
    await host.close();
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(context.directory);
  });

  it.skipIf(refused)('of a harness that was killed before it could mount it is cleaned as well', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'alibi half made-'));
    const bound = join(directory, 'n1');
    mkdirSync(bound);
    execFileSync('mount', ['--bind', bound, bound]);
    const image = `${bound}.999999-1.alibi-disk`;
    writeFileSync(image, '');
    expect(await cleanDisks((owner) => owner === '999999:1')).toEqual([image]);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain('half\\040made');
    expect(existsSync(image)).toBe(false);
    rmSync(directory, { recursive: true });
  });
});
