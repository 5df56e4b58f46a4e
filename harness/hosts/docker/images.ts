import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import type { Log } from '../types.ts';
import { ensureBase, exists } from './base-image.ts';
import { within } from './engine.ts';
import { follow, ProgressError } from './progress.ts';

/** A folder of images/: its Dockerfile says with `ARG BASE=<name>` which other one it stands on. */
interface Definition {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly parent: Definition | null;
  /** `alibi/<name>:<hash of the Dockerfile, its context and the parent's tag>` */
  readonly tag: string;
}

export interface ImageContext {
  readonly docker: Docker;
  readonly log: Log;
}

const AT_ONCE = 3;

/** The folder of this package that holds `images/`, whether we run from the sources or from dist/. */
const imagesFolder = ((): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'images', 'base', 'Dockerfile'))) {
    if (dirname(folder) === folder) throw new Error('This installation of Alibi lacks its folder images/.');
    folder = dirname(folder);
  }
  return join(folder, 'images');
})();

/** Is there a folder images/`name`? */
export function isOurImage(name: string): boolean {
  return /^[a-z0-9-]+$/.test(name) && existsSync(join(imagesFolder, name, 'Dockerfile'));
}

/** The tag of images/`name` as its files stand now. */
export function imageTag(name: string): string {
  return definition(name).tag;
}

/**
 * Builds those of images/`names` that the engine does not have yet, what they stand on first, three at a time.
 * Resolves with the tag of each name. Rejects with the image's name, the failing step and the last lines it printed.
 */
export async function ensureImages(
  names: readonly string[],
  { docker, log }: ImageContext,
): Promise<ReadonlyMap<string, string>> {
  const wanted = names.map(definition);
  const building = new Map<string, Promise<void>>();
  const slots = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  let next = 0;
  const inSlot = (work: () => Promise<void>): Promise<void> => {
    const slot = next++ % AT_ONCE;
    const mine = slots[slot].then(work);
    slots[slot] = mine.catch(() => undefined);
    return mine;
  };
  const ensure = (image: Definition): Promise<void> => {
    const known = building.get(image.tag);
    if (known !== undefined) return known;
    const built = exists(docker, image.tag).then(async (there) => {
      if (there) return;
      await (image.parent === null ? ensureBase(docker, log) : ensure(image.parent));
      await inSlot(() => build(image, docker, log));
    });
    building.set(image.tag, built);
    return built;
  };
  await Promise.all(wanted.map(ensure));
  return new Map(wanted.map((image) => [image.name, image.tag]));
}

async function build(image: Definition, docker: Docker, log: Log): Promise<void> {
  log.info({ image: image.tag }, `building image ${image.name}`);
  const proxies = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  const buildargs = { ...Object.fromEntries(proxies), ...(image.parent && { BASE: image.parent.tag }) };
  const context = { context: image.folder, src: [...image.files] };
  try {
    // Host networking: the build reaches package mirrors the way this machine does.
    const stream = await docker.buildImage(context, {
      t: image.tag,
      networkmode: 'host',
      rm: true,
      forcerm: true,
      buildargs,
    });
    await within(900_000, `building image ${image.name}`, follow(docker, stream));
  } catch (error) {
    if (!(error instanceof ProgressError)) throw error;
    const tail = error.tail.map((line) => `\n  ${line}`).join('');
    throw new Error(
      `Image ${image.name} did not build: step "${error.step}" failed: ${error.message}${tail}`,
      {
        cause: error,
      },
    );
  }
}

function definition(name: string): Definition {
  if (!isOurImage(name)) throw new Error(`There is no image "${name}" in images/.`);
  const folder = join(imagesFolder, name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const parentName = /^ARG BASE=(\S+)/m.exec(readFileSync(join(folder, 'Dockerfile'), 'utf8'))?.[1];
  const parent = parentName === undefined ? null : definition(parentName);
  const hash = createHash('sha256').update(parent?.tag ?? '');
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  return { name, folder, files, parent, tag: `alibi/${name}:${hash.digest('hex').slice(0, 12)}` };
}
