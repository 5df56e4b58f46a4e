import type mysql from 'mysql2';
import type { Endpoint } from '../../../harness/hosts/types.ts';
import { failureOf } from '../../kit/error-table.ts';
import { Failed as SqlFailed, type ClientPhase, type Outcome } from '../../sql/outcome.ts';
import type { Credentials, Rows, Session } from '../../sql/session.ts';
import type { Certification } from './certification.ts';
import { classify, sessionIntact } from './errors.ts';

/** Why a connection was thrown away, or an operation did not end `ok`. */
export class Failed extends SqlFailed {
  verdict(): Outcome {
    return classify(failureOf(this.cause), this.phase);
  }
}

/** One connection, one statement at a time, no retries, and no time-outs of its own but that of connecting. */
export class Connection implements Session {
  readonly #client: mysql.Connection;
  /** A replica says so when it refuses a write, and only then: routing follows the operator. */
  readonly standby = false;
  #broken = false;
  #certification: Certification | null = null;

  private constructor(client: mysql.Connection) {
    this.#client = client;
    this.#client.on('error', () => {
      this.#broken = true;
    });
    this.#client.on('end', () => {
      this.#broken = true;
    });
  }

  /** @throws Failed in phase `connect`. */
  static async open(
    endpoint: Endpoint,
    credentials: Credentials,
    signal: AbortSignal | null = null,
    connectTimeoutMs = 3000,
  ): Promise<Connection> {
    if (signal?.aborted) throw new Failed(new Error('aborted before it was sent'), 'connect');
    const connection = new Connection(await connecting(endpoint, credentials, connectTimeoutMs));
    const client = connection.#client;
    try {
      await connection.#bounded(signal, (done) => client.connect((error) => done(error, null)));
    } catch (error) {
      connection.destroy();
      throw new Failed(error, 'connect');
    }
    return connection;
  }

  get usable(): boolean {
    return !this.#broken;
  }

  async run(
    phase: ClientPhase,
    text: string,
    values: readonly unknown[],
    signal: AbortSignal | null,
  ): Promise<Rows> {
    try {
      const result = await this.#bounded<unknown>(signal, (done) =>
        this.#client.query(text, [...values], (error, found) => done(error, found)),
      );
      if (Array.isArray(result)) return { rows: result as Rows['rows'], count: result.length };
      const { affectedRows = 0, insertId = 0 } = result as { affectedRows?: number; insertId?: number };
      return { rows: [], count: affectedRows, insertId };
    } catch (error) {
      const told = (await this.#certification?.explained(this, error, signal)) ?? error;
      if (!sessionIntact(failureOf(told))) this.destroy();
      throw new Failed(told, phase);
    }
  }

  /** From now on refusals of the member's group are looked into. @throws Failed in phase `connect` */
  async watch(certification: Certification, signal: AbortSignal | null): Promise<void> {
    await certification.begin(this, signal);
    this.#certification = certification;
  }

  /** Runs `work`; when `signal` is aborted the connection is torn down, which the driver itself does not report. */
  #bounded<T>(
    signal: AbortSignal | null,
    work: (done: (error: Error | null, value: T) => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const abort = () => {
        this.destroy();
        reject(new Error('given up: the connection was torn down'));
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      work((error, value) => {
        signal?.removeEventListener('abort', abort);
        if (error === null) resolve(value);
        else reject(error);
      });
    });
  }

  /** Closes the socket without a word: a commit that waits for a replica goes on waiting. */
  destroy(): void {
    this.#broken = true;
    this.#client.destroy();
  }

  close(): Promise<void> {
    if (this.#broken) return Promise.resolve();
    this.#broken = true;
    return new Promise((resolve) => this.#client.end(() => resolve()));
  }
}

/** The driver is loaded with the first connection: commands that make none start faster. */
async function connecting(
  { host, port }: Endpoint,
  credentials: Credentials,
  connectTimeout: number,
): Promise<mysql.Connection> {
  const driver = await import('mysql2');
  return driver.createConnection({
    ...{ host, port, connectTimeout },
    ...credentials,
    enableKeepAlive: false,
    // A row that is there already counts as none changed, as MySQL itself counts.
    flags: ['-FOUND_ROWS'],
  });
}
