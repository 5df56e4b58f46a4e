import { createRequire } from 'node:module';
import type Docker from 'dockerode';
import type { Refusal } from '../types.ts';

const require = createRequire(import.meta.url);

/** The engine that DOCKER_HOST names, else the one at the default socket. */
export function connectEngine(): Docker {
  // Loaded here, not above: it is a quarter of the command's start, and most commands need no engine.
  const Engine = require('dockerode') as typeof Docker;
  return new Engine();
}

/**
 * Rejects when `work` takes longer than `ms`. The engine lives outside of a run's schedule, so this is real time and
 * not the run's Clock, which a simulator may turn.
 */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`${what} did not end within ${ms / 1000} s`)));
    work.then(resolve, reject);
  });
}

/** Does an engine answer? If not: why, what to install, and the way that needs none. */
export async function dockerAvailable(docker?: Docker): Promise<true | Refusal> {
  const where = process.env['DOCKER_HOST'] ?? 'the default socket';
  try {
    await within(5000, 'asking its version', (docker ?? connectEngine()).version());
    return true;
  } catch (error) {
    return {
      refused:
        `No Docker engine answers at ${where} (${messageOf(error)}): install Docker (Debian: apt-get install docker.io) ` +
        'and start it, or point DOCKER_HOST at a running engine. Without Docker, use --world process.',
    };
  }
}

/** What the engine said, without the client's own wrapping. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { json } = error as Error & { json?: { message?: string } | null };
  return json?.message ?? error.message;
}

/** The engine's HTTP status, e.g. 404 for something already gone. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error ? (error as Error & { statusCode?: number }).statusCode : undefined;
}
