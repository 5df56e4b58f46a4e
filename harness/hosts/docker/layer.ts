import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exists } from './base-image.ts';
import { messageOf, statusOf, within } from './engine.ts';
import { imageDefinition, imagesFolder, IMAGE_USER } from './image-definition.ts';
import { ensureImage, type ImageContext } from './images.ts';
import { follow, ProgressError } from './progress.ts';

const FILES = ['layer/Layer', 'layer/adapt', 'base/service', 'base/probe'];

/** What stands in for one of our images has to have these on its PATH. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  postgres: ['postgres', 'initdb', 'pg_basebackup'],
  postgres18: ['postgres', 'initdb', 'pg_basebackup'],
  mysql: ['mysqld'],
  redis: ['redis-server'],
  valkey: ['valkey-server'],
  etcd: ['etcd'],
  node: ['node'],
};

/** An image that cannot be had, or cannot be made a node: one sentence for the user. */
export class ImageRefused extends Error {}

const made = new Map<string, Promise<string>>();

/**
 * The image `reference` (pulled if it is not here) with our layer on top, so that it can stand in for images/`name`: service and probe,
 * the one user, the library that turns its clock. Resolves with the tag.
 * @throws ImageRefused when it cannot be had, or lacks what is needed
 */
export function ensureLayer(reference: string, name: string, context: ImageContext): Promise<string> {
  const key = JSON.stringify([reference, PROGRAMS[name] ?? name]);
  const known = made.get(key);
  if (known !== undefined) return known;
  const work = makeLayer(reference, name, context);
  made.set(key, work);
  return work;
}

async function makeLayer(reference: string, name: string, context: ImageContext): Promise<string> {
  const programs = PROGRAMS[name];
  if (programs === undefined)
    throw new ImageRefused(`--image ${reference}: no other image can stand in for ${name}`);
  const id = await idOf(reference, context);
  // What our own image of it stands on has the library that turns its clock, and nothing else of the system.
  const extras = imageDefinition(name === 'redis' || name === 'valkey' ? 'shim-clock' : 'base');
  const hash = createHash('sha256').update(`${id} ${extras.tag} ${programs.join(' ')} ${IMAGE_USER}`);
  for (const file of FILES) hash.update(`\0${file}\0`).update(readFileSync(join(imagesFolder, file)));
  const tag = `alibi/layer:${hash.digest('hex').slice(0, 12)}`;
  if (await exists(context.docker, tag)) return tag;
  await ensureImage(extras, context);
  const arguments_ = {
    BASE: reference,
    EXTRAS: extras.tag,
    UID: `${IMAGE_USER}`,
    PROGRAMS: programs.join(' '),
  };
  await build(reference, tag, arguments_, context);
  return tag;
}

async function build(
  reference: string,
  tag: string,
  arguments_: Readonly<Record<string, string>>,
  { docker, log }: ImageContext,
): Promise<void> {
  log.info({ image: reference, tag }, 'putting our layer on top of an image');
  const proxies = Object.entries(process.env).flatMap(([variable, value]) =>
    /^(https?|no)_proxy$/i.test(variable) && value !== undefined ? [[variable, value] as const] : [],
  );
  try {
    const stream = await docker.buildImage(
      { context: imagesFolder, src: FILES },
      {
        ...{ t: tag, dockerfile: 'layer/Layer', networkmode: 'host', rm: true, forcerm: true },
        buildargs: { ...Object.fromEntries(proxies), ...arguments_ },
      },
    );
    await within(900_000, `putting our layer on top of ${reference}`, follow(docker, stream));
  } catch (error) {
    const told = error instanceof ProgressError ? error.tail : [];
    const why = told.map((line) => /^alibi: (.*)/.exec(line)?.[1]).find((line) => line !== undefined);
    throw new ImageRefused(
      `--image ${reference}: our layer cannot go on top: ${why ?? messageOf(error).split('\n')[0]}`,
      { cause: error },
    );
  }
}

/** The image's content hash; it is pulled when it is not here. */
async function idOf(reference: string, { docker }: ImageContext): Promise<string> {
  const inspect = () => within(30_000, `looking at ${reference}`, docker.getImage(reference).inspect());
  try {
    return (await inspect()).Id;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
  try {
    const stream = await within(60_000, `pulling ${reference}`, docker.pull(reference));
    await within(600_000, `pulling ${reference}`, follow(docker, stream));
    return (await inspect()).Id;
  } catch (error) {
    const why = messageOf(error).split('\n')[0];
    throw new ImageRefused(`--image ${reference}: it is not here, and cannot be pulled: ${why}`, {
      cause: error,
    });
  }
}
