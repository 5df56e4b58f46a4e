import { connectEngine, dockerAvailable } from '../../harness/hosts/docker/engine.ts';
import { allImages, keptImages, removeImages } from '../../harness/hosts/docker/image-list.ts';
import { ensureImages } from '../../harness/hosts/docker/images.ts';
import type { Log } from '../../harness/hosts/types.ts';
import { defineCommand } from '../command.ts';
import { writeJson, writeLines } from '../output.ts';
import { UsageError } from '../usage.ts';

const silent = () => undefined;
/** What is being built goes to stderr: it takes minutes. */
const log: Log = {
  debug: silent,
  info: (_fields, message) => void process.stderr.write(`${message}\n`),
  warn: (_fields, message) => void process.stderr.write(`${message}\n`),
  error: (_fields, message) => void process.stderr.write(`${message}\n`),
};

export const imagesCommand = defineCommand({
  usage: 'images <what> [names..]',
  title: 'Images of the Docker world: build what is missing, list what there is, clean what is out of date',
  options: (yargs) =>
    yargs
      .positional('what', { choices: ['build', 'list', 'clean'] as const, demandOption: true })
      .positional('names', { type: 'string', array: true, describe: 'images to build [all of images/]' })
      .option('all', { type: 'boolean', default: false, describe: 'clean: the current ones too' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON document on stdout' }),
  run: async ({ what, names = [], all, json }) => {
    const available = await dockerAvailable();
    if (available !== true) throw new UsageError(available.refused);
    const docker = connectEngine();
    switch (what) {
      case 'build': {
        const known = allImages().map((image) => image.name);
        const unknown = names.find((name) => !known.includes(name));
        if (unknown !== undefined)
          throw new UsageError(`There is no image "${unknown}"; there are: ${known.join(', ')}`);
        const built = await ensureImages(names.length > 0 ? names : known, { docker, log });
        await (json ? writeJson(Object.fromEntries(built)) : writeLines([...built.values()]));
        return 0;
      }
      case 'list': {
        const images = await keptImages(docker);
        const missing = allImages().filter(({ tag }) => !images.some((image) => image.tag === tag));
        if (json) await writeJson({ images, missing: missing.map(({ tag }) => tag) });
        else
          await writeLines([
            ...images.map(
              ({ tag, bytes, current }) =>
                `${current ? 'current    ' : 'out of date'}  ${String(Math.round(bytes / 1e6)).padStart(5)} MB  ${tag}`,
            ),
            ...missing.map(({ tag }) => `not built              ${tag}`),
          ]);
        return 0;
      }
      case 'clean': {
        const { removed, kept } = await removeImages(docker, all);
        if (json) await writeJson({ removed, kept });
        else await writeLines([`${removed.length} images removed`, ...kept.map((why) => `kept ${why}`)]);
        return 0;
      }
    }
  },
});
