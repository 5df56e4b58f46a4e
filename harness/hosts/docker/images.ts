import type Docker from 'dockerode';
import type { Log } from '../types.ts';
import { ensureBase, exists } from './base-image.ts';
import { within } from './engine.ts';
import { IMAGE_USER, imageDefinition, type ImageDefinition } from './image-definition.ts';
import { follow, ProgressError } from './progress.ts';

export interface ImageContext {
  readonly docker: Docker;
  readonly log: Log;
}

const AT_ONCE = 3;
const slots = Array.from({ length: AT_ONCE }, () => Promise.resolve());
let nextSlot = 0;

/** By tag: nodes that are added at the same time wait for one build. */
const underWay = new Map<string, Promise<void>>();

/**
 * Builds those of images/`names` that the engine does not have yet, what they stand on first, three at a time.
 * Resolves with the tag of each name. Rejects with the image's name, the failing step and the last lines it printed.
 */
export async function ensureImages(
  names: readonly string[],
  context: ImageContext,
): Promise<ReadonlyMap<string, string>> {
  const wanted = names.map(imageDefinition);
  await Promise.all(wanted.map((image) => ensureImage(image, context)));
  return new Map(wanted.map((image) => [image.name, image.tag]));
}

/** As {@link ensureImages}, for one definition. */
export function ensureImage(image: ImageDefinition, context: ImageContext): Promise<void> {
  const known = underWay.get(image.tag);
  if (known !== undefined) return known;
  const work = makeImage(image, context).finally(() => underWay.delete(image.tag));
  underWay.set(image.tag, work);
  return work;
}

async function makeImage(image: ImageDefinition, context: ImageContext): Promise<void> {
  if (await exists(context.docker, image.tag)) return;
  await (image.parent === null
    ? ensureBase(context.docker, context.log)
    : ensureImage(image.parent, context));
  await inSlot(() => build(image, context));
}

function inSlot(work: () => Promise<void>): Promise<void> {
  const slot = nextSlot++ % AT_ONCE;
  const mine = slots[slot].then(work);
  slots[slot] = mine.catch(() => undefined);
  return mine;
}

async function build(image: ImageDefinition, { docker, log }: ImageContext): Promise<void> {
  log.info({ image: image.tag }, `building image ${image.name}`);
  const proxies = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  const parent = image.parent === null ? { UID: `${IMAGE_USER}` } : { BASE: image.parent.tag };
  try {
    // Host networking: the build reaches package mirrors the way this machine does.
    const stream = await docker.buildImage(
      { context: image.folder, src: [...image.files] },
      {
        t: image.tag,
        networkmode: 'host',
        rm: true,
        forcerm: true,
        buildargs: { ...Object.fromEntries(proxies), ...parent },
      },
    );
    await within(900_000, `building image ${image.name}`, follow(docker, stream));
  } catch (error) {
    if (!(error instanceof ProgressError)) throw error;
    const tail = error.tail.map((line) => `\n  ${line}`).join('');
    const what = `Image ${image.name} did not build: step "${error.step}" failed: ${error.message}`;
    throw new Error(what + tail, { cause: error });
  }
}
