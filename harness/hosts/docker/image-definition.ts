import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder of images/: its Dockerfile says with `ARG BASE=<name>` which other one it stands on. */
export interface ImageDefinition {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly parent: ImageDefinition | null;
  /** `alibi/<name>:<hash of the Dockerfile, its context, the user's number and the parent's tag>` */
  readonly tag: string;
}

/** The uid of everything that runs in a node: ours, so that we can read and remove what it leaves; as root, 1000. */
export const IMAGE_USER = process.getuid?.() || 1000;

/** The folder of this package that holds `images/`, whether we run from the sources or from dist/. */
export const imagesFolder = ((): string => {
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

export function imageDefinition(name: string): ImageDefinition {
  if (!isOurImage(name)) throw new Error(`There is no image "${name}" in images/.`);
  return definitionOf(name, join(imagesFolder, name));
}

/** The image that `folder` describes. */
export function definitionOf(name: string, folder: string): ImageDefinition {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const parentName = /^ARG BASE=(\S+)/m.exec(readFileSync(join(folder, 'Dockerfile'), 'utf8'))?.[1];
  const parent = parentName === undefined ? null : imageDefinition(parentName);
  const hash = createHash('sha256').update(parent?.tag ?? `${IMAGE_USER}`);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  return { name, folder, files, parent, tag: `alibi/${name}:${hash.digest('hex').slice(0, 12)}` };
}
