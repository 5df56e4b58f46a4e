import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exists } from './base-image.ts';
import { connectEngine } from './engine.ts';
import { definitionOf, imageDefinition } from './image-definition.ts';
import { ensureImage, ensureImages } from './images.ts';
import { describeDocker, testContext } from './testing/suite.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'alibi-image-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('an image’s tag', () => {
  const tagOf = (files: Readonly<Record<string, string>>) => definitionOf('x', folderWith(files)).tag;

  it('changes with its Dockerfile and with any file beside it, and only then', () => {
    const files = { Dockerfile: 'FROM scratch\n', script: 'a' };
    expect(tagOf(files)).toBe(tagOf(files));
    expect(tagOf({ ...files, Dockerfile: 'FROM scratch \n' })).not.toBe(tagOf(files));
    expect(tagOf({ ...files, script: 'b' })).not.toBe(tagOf(files));
  });

  it('says what it stands on', () => {
    expect(imageDefinition('postgres').parent?.tag).toBe(imageDefinition('base').tag);
  });

  it('exists only for folders of images/', () => {
    expect(() => imageDefinition('no-such')).toThrow('There is no image "no-such" in images/.');
  });
});

describeDocker('building images', () => {
  it('names the image, the step and what it printed last when a step fails', async () => {
    const context = { docker: connectEngine(), log: testContext('images').log };
    await ensureImages(['base'], context);
    const folder = folderWith({
      Dockerfile: 'ARG BASE=base\nFROM ${BASE}\nRUN echo looking for the moon && exit 7\n',
    });
    const broken = definitionOf('broken', folder);
    await expect(ensureImage(broken, context)).rejects.toThrow(
      /^Image broken did not build: step "RUN echo looking for the moon && exit 7" failed: .*code: 7[^]*\n {2}looking for the moon/,
    );
    expect(await exists(context.docker, broken.tag)).toBe(false);
  }, 300_000);

  it('builds one image once for those who ask at the same time', async () => {
    const context = testContext('images');
    const unique = `${process.pid}-${context.runId}`;
    const folder = folderWith({ Dockerfile: `ARG BASE=base\nFROM \${BASE}\nLABEL test="${unique}"\n` });
    const image = definitionOf('test', folder);
    const docker = connectEngine();
    try {
      await Promise.all([1, 2, 3].map(() => ensureImage(image, { docker, log: context.log })));
      expect(context.lines.filter((line) => line.message === 'building image test')).toHaveLength(1);
      await ensureImage(image, { docker, log: context.log });
      expect(context.lines.filter((line) => line.message === 'building image test')).toHaveLength(1);
    } finally {
      await docker.getImage(image.tag).remove();
    }
  }, 300_000);
});
