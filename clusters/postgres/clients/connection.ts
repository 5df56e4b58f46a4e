import pg from 'pg';
import type { Endpoint } from '../../../harness/hosts/types.ts';
import { failureOf } from '../../kit/error-table.ts';
import { Failed as SqlFailed, type ClientPhase, type Outcome } from '../../sql/outcome.ts';
import type { Credentials, Rows, Session } from '../../sql/session.ts';
import { classify, ROLLED_BACK, WAIT_CANCELLED } from './errors.ts';

/** Why a connection was thrown away, or an operation did not end `ok`. */
export class Failed extends SqlFailed {
  verdict(): Outcome {
    return classify(failureOf(this.cause), this.phase);
  }

  /** The server answered and the session is intact: the connection may be used again. */
  get answered(): boolean {
    const { code } = failureOf(this.cause);
    return this.phase !== 'connect' && /^(0A|21|22|23|25|40001|40P01|42|55)/.test(code);
  }
}

/**
 * One connection, one statement at a time, no retries, and no time-outs of its own but that of connecting: a
 * statement_timeout would not end the wait for a standby, and a cancel would make the write visible unreplicated.
 */
export class Connection implements Session {
  readonly #client: pg.Client;
  #notices: string[] = [];
  #standby = false;
  #broken = false;

  private constructor(endpoint: Endpoint, credentials: Credentials, connectTimeoutMs: number) {
    this.#client = new pg.Client({
      host: endpoint.host,
      port: endpoint.port,
      ...credentials,
      ssl: false,
      keepAlive: false,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: 'alibi',
    });
    this.#client.on('error', () => {
      this.#broken = true;
    });
    this.#client.on('end', () => {
      this.#broken = true;
    });
    this.#client.on('notice', (notice) => {
      this.#notices.push(notice.message ?? '');
    });
    const wire = (this.#client as unknown as { connection: NodeJS.EventEmitter }).connection;
    wire.on('parameterStatus', (status: { parameterName: string; parameterValue: string }) => {
      if (status.parameterName === 'in_hot_standby') this.#standby = status.parameterValue === 'on';
    });
  }

  /** @throws Failed in phase `connect`. */
  static async open(
    endpoint: Endpoint,
    credentials: Credentials,
    signal: AbortSignal | null = null,
    connectTimeoutMs = 3000,
  ): Promise<Connection> {
    const connection = new Connection(endpoint, credentials, connectTimeoutMs);
    try {
      await connection.#bounded(signal, () => connection.#client.connect());
    } catch (error) {
      connection.destroy();
      throw new Failed(error, 'connect');
    }
    return connection;
  }

  /** Does the server say that it is a standby? It reports a promotion by itself. */
  get standby(): boolean {
    return this.#standby;
  }

  get usable(): boolean {
    return !this.#broken;
  }

  /** A statement in the given phase; in phase `commit` it is its own transaction, and its notices are heeded. */
  async run(
    phase: ClientPhase,
    text: string,
    values: readonly unknown[],
    signal: AbortSignal | null,
  ): Promise<Rows> {
    this.#notices = [];
    try {
      const result = await this.#bounded(signal, () =>
        this.#client.query<Record<string, unknown>>({ text, values: [...values] }),
      );
      if (phase === 'commit') this.#heed(text, result.command);
      return { rows: result.rows, count: result.rowCount ?? 0 };
    } catch (error) {
      const failed = new Failed(error, phase);
      if (!failed.answered) this.destroy();
      throw failed;
    }
  }

  /** A success that is none: the standby was not waited for, or COMMIT rolled back. */
  #heed(text: string, command: string): void {
    const cancelled = this.#notices.find((notice) => /wait for synchronous replication/.test(notice));
    if (cancelled !== undefined) throw Object.assign(new Error(cancelled), { code: WAIT_CANCELLED });
    if (text === 'COMMIT' && command === 'ROLLBACK')
      throw Object.assign(new Error('COMMIT answered ROLLBACK'), { code: ROLLED_BACK });
  }

  /** Runs `work`; when `signal` is aborted the connection is torn down, which ends it. */
  async #bounded<T>(signal: AbortSignal | null, work: () => Promise<T>): Promise<T> {
    const abort = () => this.destroy();
    if (signal?.aborted) throw new Error('aborted before it was sent');
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await work();
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Closes the socket without a word: a session that waits for a standby goes on waiting. */
  destroy(): void {
    this.#broken = true;
    const wire = (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    wire.stream.destroy();
  }

  async close(): Promise<void> {
    if (this.#broken) return;
    this.#broken = true;
    await this.#client.end().catch(() => undefined);
  }
}
