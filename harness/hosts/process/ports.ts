import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isAlive, self } from './proc.ts';
import { stateDirectory } from './state.ts';

/** Below the kernel's ephemeral range, so that no outgoing connection takes a port while its service is down. */
const FIRST = 20_000;
const COUNT = 10_000;
const ATTEMPTS = 500;
/** Keeps harnesses whose pids are neighbours apart; shares no factor with COUNT. */
const STRIDE = 97;

function lockDirectory(): string {
  return join(stateDirectory(), 'ports');
}

/** Could a service bind this port on 127.0.0.1 right now? */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Ports of one host. A port stays ours while its service is killed and restarted: a lock file keeps other runs
 * of this user away from it for as long as this process lives.
 */
export class Ports {
  readonly #held: number[] = [];
  /**
   * Where to look next. By pid and not by the run's seed: harnesses that run at once, with the same seed and perhaps
   * other lock directories, must not all want the same ports.
   */
  #next = (process.pid * STRIDE) % COUNT;

  /** A free port, held until {@link release}. */
  async take(): Promise<number> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const port = FIRST + this.#next;
      this.#next = (this.#next + 1) % COUNT;
      if (!lock(port)) continue;
      if (await isFree(port)) {
        this.#held.push(port);
        return port;
      }
      unlock(port);
    }
    throw new Error(`no free port on 127.0.0.1 between ${FIRST} and ${FIRST + COUNT - 1}`);
  }

  release(): void {
    for (const port of this.#held.splice(0)) unlock(port);
  }
}

function lock(port: number): boolean {
  mkdirSync(lockDirectory(), { recursive: true });
  const file = join(lockDirectory(), String(port));
  try {
    writeFileSync(file, JSON.stringify(self()), { flag: 'wx' });
    return true;
  } catch {
    // Held: the next attempt takes it if its holder is gone.
    if (!holderLives(file)) rmSync(file, { force: true });
    return false;
  }
}

function unlock(port: number): void {
  rmSync(join(lockDirectory(), String(port)), { force: true });
}

function holderLives(file: string): boolean {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; start: number };
    return isAlive(holder);
  } catch {
    // Being written, or already gone: leave it.
    return true;
  }
}

/** Removes the locks of harnesses that are gone. */
export function cleanPorts(): void {
  let names: string[];
  try {
    names = readdirSync(lockDirectory());
  } catch {
    return;
  }
  for (const name of names) {
    const file = join(lockDirectory(), name);
    if (!holderLives(file)) rmSync(file, { force: true });
  }
}
