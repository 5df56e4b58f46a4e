import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { messageOf, statusOf, within } from './engine.ts';
import { imageDefinition, imagesFolder, isOurImage, type ImageDefinition } from './image-definition.ts';

/** Every folder of images/, by name. */
export function allImages(): ImageDefinition[] {
  return readdirSync(imagesFolder)
    .filter((name) => isOurImage(name) && existsSync(join(imagesFolder, name, 'Dockerfile')))
    .sort()
    .map(imageDefinition);
}

/** An image of ours that the engine has. `current`: its hash is that of the files as they are now. */
export interface KeptImage {
  readonly tag: string;
  readonly bytes: number;
  readonly current: boolean;
}

/** Images of ours in the engine, by tag. */
export async function keptImages(docker: Docker): Promise<KeptImage[]> {
  const filters = { reference: ['alibi/*'] };
  const listed = await within(30_000, 'listing images', docker.listImages({ filters }));
  const current = new Set(allImages().map((image) => image.tag));
  return listed
    .flatMap((image) =>
      (image.RepoTags ?? []).map((tag) => ({ tag, bytes: image.Size, current: current.has(tag) })),
    )
    .sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

/**
 * Removes images whose files have changed since; with `all`, the current ones too. Resolves with the tags that went and
 * with why others stayed: a container may still run from one.
 */
export async function removeImages(
  docker: Docker,
  all: boolean,
): Promise<{ readonly removed: readonly string[]; readonly kept: readonly string[] }> {
  const removed: string[] = [];
  const kept: string[] = [];
  const chosen = (await keptImages(docker)).filter((image) => all || !image.current);
  for (const { tag } of chosen)
    try {
      await within(60_000, `removing ${tag}`, docker.getImage(tag).remove());
      removed.push(tag);
    } catch (error) {
      if (statusOf(error) !== 404) kept.push(`${tag}: ${messageOf(error)}`);
    }
  return { removed, kept };
}
