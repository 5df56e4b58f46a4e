import type { Redis } from 'ioredis';
import type { Endpoint } from '../../../harness/hosts/types.ts';
import { Failed, failureOf, type Phase } from '../../kit/error-table.ts';

const CONNECT_MS = 3000;
/** The harness gives up much sooner. */
const COMMAND_MS = 60_000;

/** What a command answers. */
export type Answer = string | number | null | readonly Answer[];

/**
 * One connection to one server. ioredis by default sends a command again when its connection broke, and keeps those
 * that come meanwhile: an INCR whose reply was lost ran twice. All of that is off.
 */
export class Connection {
  readonly #redis: Redis;
  #broken = false;
  #closed = false;

  private constructor(redis: Redis) {
    this.#redis = redis;
    this.#redis.on('error', () => undefined);
    for (const event of ['close', 'end']) this.#redis.on(event, () => (this.#broken = true));
  }

  /** Resolves when the server has answered and has its data loaded. @throws Failed in phase `connect` */
  static async open(
    endpoint: Endpoint,
    signal: AbortSignal | null = null,
    connectMs = CONNECT_MS,
  ): Promise<Connection> {
    const connection = new Connection(await unconnected(endpoint, connectMs));
    try {
      await connection.#bounded(signal, () => connection.#redis.connect());
      return connection;
    } catch (error) {
      connection.close();
      throw new Failed(failureOf(error), 'connect');
    }
  }

  get usable(): boolean {
    return !this.#broken;
  }

  /** One command. @throws Failed in the given phase; `answered` when it was the server that refused. */
  async call(
    phase: Phase,
    command: readonly (string | number)[],
    signal: AbortSignal | null,
  ): Promise<Answer> {
    const [name, ...rest] = command.map(String);
    try {
      return (await this.#bounded(signal, () => this.#redis.call(name, ...rest))) as Answer;
    } catch (error) {
      const failure = failureOf(error);
      const refusal = error instanceof Error && error.name === 'ReplyError';
      if (!refusal) this.close();
      // A refusal begins with its kind in capitals: "READONLY You can't write against a read only replica."
      const kind = refusal ? /^[A-Z]+/.exec(failure.message)?.[0] : undefined;
      throw new Failed({ ...failure, code: kind ?? failure.code }, phase, refusal);
    }
  }

  async #bounded<T>(signal: AbortSignal | null, work: () => Promise<T>): Promise<T> {
    const abort = () => this.close();
    if (signal?.aborted) throw new Error('aborted before it was sent');
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await work();
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Once: the driver listens to the socket anew each time it is told, and commands that fail together all close it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#broken = true;
    this.#redis.disconnect();
  }
}

/** The driver is loaded with the first connection: commands that make none start faster. */
async function unconnected({ host, port }: Endpoint, connectTimeout: number): Promise<Redis> {
  const driver = await import('ioredis');
  return new driver.Redis({
    ...{ host, port, connectTimeout },
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    retryStrategy: () => null,
    commandTimeout: COMMAND_MS,
  });
}
