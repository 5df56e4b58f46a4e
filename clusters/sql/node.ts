import type { Host } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Clock } from '../../harness/runtime/types.ts';
import { ServerNode, type ServerSpec } from '../kit/server-node.ts';
import type { Rows, Session } from './session.ts';
import type { SettlingNode } from './settle.ts';

/** Rows of the table of markers. */
const SETTLING = 1;
const LAG = 2;

/** A server that is asked in SQL, always with a deadline. */
export abstract class SqlNode<C extends Session = Session> extends ServerNode implements SettlingNode {
  readonly #clock: Clock;

  constructor(spec: Omit<ServerSpec, 'answers'>, host: Host, clock: Clock) {
    super({ ...spec, answers: async () => (await this.ask('SELECT 1 AS one')) !== null }, host, clock);
    this.#clock = clock;
  }

  /** A connection for the harness's own questions, whose writes wait for nobody. @throws Failed in phase `connect` */
  protected abstract open(timeoutMs: number, signal: AbortSignal): Promise<C>;

  /** A statement that puts a number into a row of the table of markers: the row's id, and the number. */
  protected abstract readonly marking: string;

  abstract position(): Promise<string | null>;

  /** Work on a connection of its own, given up (the connection torn down) after `timeoutMs`. */
  async session<T>(work: (connection: C, late: AbortSignal) => Promise<T>, timeoutMs = 2000): Promise<T> {
    const late = new AbortController();
    const cancel = this.#clock.after(timeoutMs * MILLISECOND, () => late.abort());
    try {
      const connection = await this.open(timeoutMs, late.signal);
      const hangUp = () => connection.destroy();
      late.signal.addEventListener('abort', hangUp);
      try {
        return await work(connection, late.signal);
      } finally {
        hangUp();
      }
    } finally {
      cancel();
    }
  }

  /** One statement in a {@link session} of its own. @throws Failed */
  query(text: string, values: readonly unknown[] = [], timeoutMs = 2000): Promise<Rows> {
    return this.session((connection, late) => connection.run('read', text, values, late), timeoutMs);
  }

  /** The first row of {@link query}, or null when there is none or the node does not answer in time. */
  async ask(text: string, timeoutMs = 1000): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      return (await this.query(text, [], timeoutMs)).rows[0] ?? null;
    } catch {
      return null;
    }
  }

  async mark(n: number): Promise<void> {
    await this.query(this.marking, [SETTLING, n]);
  }

  async marker(): Promise<number | null> {
    const row = await this.ask(`SELECT n FROM marker WHERE id = ${SETTLING}`);
    return row === null ? null : Number(row.n);
  }

  /** A marker of the lag, in a row of its own: settling compares its own by equality. @throws Failed */
  async markLag(n: number, timeoutMs: number, row = LAG): Promise<void> {
    await this.query(this.marking, [row, n], timeoutMs);
  }

  /** -1 before the first, null when it does not answer. */
  async lagMarker(timeoutMs: number, row = LAG): Promise<number | null> {
    const found = await this.ask(`SELECT coalesce(max(n), -1) AS n FROM marker WHERE id = ${row}`, timeoutMs);
    return found === null ? null : Number(found.n);
  }
}
