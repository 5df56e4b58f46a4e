// An image that is not ours as a node's: made here from ours, since no registry can be counted on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectEngine, within } from './engine.ts';
import { dockerHost } from './host.ts';
import { ensureImages } from './images.ts';
import { ensureLayer } from './layer.ts';
import { follow } from './progress.ts';
import { describeDocker, testContext } from './testing/suite.ts';

const REFERENCE = `somebody-elses-node:${process.pid}`;
/** Node.js in another place, an entry point of its own, our user's number taken, our scripts gone. */
const DOCKERFILE = `
ARG BASE
FROM $BASE
USER root
RUN userdel alibi && rm /usr/local/bin/alibi-* /usr/local/lib/libfaketimeMT.so.1 \\
 && useradd --uid $(id -u nobody) -o somebody && mkdir -p /opt/js && mv /usr/bin/node /opt/js/node
ENV PATH=/opt/js:/usr/bin:/bin
USER somebody
ENTRYPOINT ["/bin/false"]
`;

describeDocker('an image that is not ours', () => {
  const context = testContext('layer');
  const docker = connectEngine();
  const folder = mkdtempSync(join(tmpdir(), 'alibi-layer-'));

  beforeAll(async () => {
    const node = (await ensureImages(['node', 'sidecar'], { docker, log: context.log })).get('node')!;
    writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
    const options = { t: REFERENCE, networkmode: 'host', buildargs: { BASE: node } };
    const stream = await docker.buildImage({ context: folder, src: ['Dockerfile'] }, options);
    await within(120_000, 'building a stand-in', follow(docker, stream));
  }, 300_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    const layer = await ensureLayer(REFERENCE, 'node', { docker, log: context.log }).catch(() => null);
    for (const tag of [layer, REFERENCE]) if (tag !== null) await docker.getImage(tag).remove();
  });

  it('is a node once our layer is on top: its program runs, under our user, with a clock that can be turned', async () => {
    const host = await dockerHost({ ...context, image: REFERENCE });
    try {
      const node = await host.addNode({ name: 'n1', image: 'node', ports: {} });
      await node.start({ name: 'sleeper', command: ['node', '-e', 'setInterval(() => {}, 1000)'] });
      expect(await node.state('sleeper')).toBe('running');
      expect((await node.run(['sh', '-c', 'command -v node; ls /usr/local/lib'])).stdout).toMatch(
        /^\/opt\/js\/node\n[^]*libfaketimeMT\.so\.1/,
      );
      await node.signal('sleeper', 'SIGKILL');
      expect(await node.state('sleeper')).toBe('gone');
    } finally {
      await host.close();
    }
  }, 120_000);

  it('is refused in one sentence when it lacks the program, or is not to be had', async () => {
    const images = { docker, log: context.log };
    await expect(ensureLayer(REFERENCE, 'valkey', images)).rejects.toThrow(
      /^--image somebody-elses-node:\d+: our layer cannot go on top: it has no program valkey-server on its PATH \(.*\)$/,
    );
    await expect(ensureLayer('localhost:1/no-such:image', 'node', images)).rejects.toThrow(
      /^--image localhost:1\/no-such:image: it is not here, and cannot be pulled: /,
    );
  }, 120_000);
});
