import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from './atomic-write.ts';

/** The page's program and style, ready to stand inside `<script>` and `<style>`. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

const here = dirname(fileURLToPath(import.meta.url));
/** From source, `results/page` is there and may be newer than what was built; an installed package has only `dist`. */
const source = join(here, 'page');
const fromSource = existsSync(join(source, 'vite.config.ts'));
const built = fromSource ? join(here, '..', 'dist', 'page') : join(here, '..', 'page');

let assets: Promise<PageAssets> | null = null;

/** The page as built by vite; when run from source and it is missing or older than its sources, builds it first. */
export function pageAssets(): Promise<PageAssets> {
  assets ??= load();
  return assets;
}

async function load(): Promise<PageAssets> {
  if (fromSource && (await newest(source, here)) > (await builtAt())) await build();
  const [script, style] = await Promise.all(
    ['page.js', 'page.css'].map((file) => readFile(join(built, file), 'utf8')),
  );
  return { script: neverCloses(script), style: neverCloses(style) };
}

/** Text inside `<script>` or `<style>` ends at the first closing tag, even within a string: so there is none. */
function neverCloses(text: string): string {
  return text.replace(/<\/(script|style)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');
}

async function builtAt(): Promise<number> {
  const times = await Promise.all(
    ['page.js', 'page.css'].map((file) =>
      stat(join(built, file)).then(
        (s) => s.mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.min(...times);
}

/** When a source of the page was last changed, ms: the page's own files and the modules it shares with us. */
async function newest(...directories: readonly string[]): Promise<number> {
  const files = (
    await Promise.all(
      directories.map(async (directory, first) =>
        (await readdir(directory, { recursive: first === 0 })).map((name) => join(directory, name)),
      ),
    )
  ).flat();
  const times = await Promise.all(
    files.filter((f) => /(?<!\.test)\.(ts|tsx|css)$/.test(f)).map(async (f) => (await stat(f)).mtimeMs),
  );
  return Math.max(...times);
}

/** Built in memory and then put in place file by file, since test workers may build at the same time. */
async function build(): Promise<void> {
  const vite = await import('vite');
  const result = await vite.build({
    configFile: join(source, 'vite.config.ts'),
    logLevel: 'warn',
    build: { write: false },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((r) => ('output' in r ? r.output : []));
  await mkdir(built, { recursive: true });
  for (const output of outputs)
    await writeAtomically(
      join(built, output.fileName),
      output.type === 'chunk' ? output.code : output.source,
    );
}
