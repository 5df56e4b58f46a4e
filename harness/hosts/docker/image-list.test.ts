import { expect, it } from 'vitest';
import { connectEngine } from './engine.ts';
import { allImages, keptImages } from './image-list.ts';
import { describeDocker } from './testing/suite.ts';

it('knows every folder of images/', () => {
  expect(allImages().map((image) => image.name)).toEqual(
    expect.arrayContaining(['base', 'etcd', 'mysql', 'node', 'postgres', 'redis', 'sidecar', 'valkey']),
  );
});

describeDocker('images that the engine has', () => {
  it('are current exactly when their tag is that of the files as they are', async () => {
    const tags = new Set(allImages().map((image) => image.tag));
    for (const { tag, bytes, current } of await keptImages(connectEngine())) {
      expect(current).toBe(tags.has(tag));
      expect(bytes).toBeGreaterThan(0);
    }
  });
});
