import { existsSync, readFileSync } from 'node:fs';

/** Alibi's version, from package.json: one folder up from the sources, two from the build. */
export function version(): string {
  const source = new URL('../package.json', import.meta.url);
  const file = existsSync(source) ? source : new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
