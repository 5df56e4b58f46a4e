import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host, HostNode } from '../../harness/hosts/types.ts';
import { MILLISECOND, type Runtime } from '../../harness/runtime/types.ts';
import type { Setting } from '../types.ts';
import type { Rows } from '../sql/session.ts';
import type { SettlingNode } from '../sql/settle.ts';
import { Connection } from './clients/connection.ts';
import { connectionInfo, renderConfig, renderHba, renderPasswordFile } from './config.ts';
import { PORT_ROLE, SERVICE, type CloneSource, type Server } from './server/server.ts';

export interface NodeContext {
  readonly host: Host;
  readonly server: Server;
  readonly runtime: Runtime;
  /** PostgreSQL's own settings, as the user gave them. */
  readonly settings: Readonly<Record<string, Setting>>;
}

/** The part a node plays: whom it follows (null = it is a primary), and whom it waits for as a primary. */
export interface Role {
  readonly follows: string | null;
  readonly synchronousNames: string;
}

/** One PostgreSQL server: its process, its files, and questions to it with a deadline. */
export class PostgresNode implements SettlingNode {
  readonly name: string;
  readonly #context: NodeContext;
  #hostNode: HostNode | null = null;
  #role: Role = { follows: null, synchronousNames: '' };

  constructor(name: string, context: NodeContext) {
    this.name = name;
    this.#context = context;
  }

  /** Gives it a place on the host; everything else comes after. */
  async create(): Promise<void> {
    const { host, server } = this.#context;
    this.#hostNode = await host.addNode({
      name: this.name,
      ports: { [PORT_ROLE]: 5432 },
      ...(server.image === undefined ? {} : { image: server.image }),
    });
  }

  get created(): boolean {
    return this.#hostNode !== null;
  }

  get hostNode(): HostNode {
    if (this.#hostNode === null) throw new Error(`${this.name} has not been created yet`);
    return this.#hostNode;
  }

  /** As the server itself sees it. */
  get dataDirectory(): string {
    return this.#context.server.data(this.hostNode);
  }

  get role(): Role {
    return this.#role;
  }

  /** Writes the node's files for a role; a running server takes them up by {@link reload}. */
  async setRole(role: Role): Promise<void> {
    const { host, server, settings } = this.#context;
    this.#role = role;
    const conf = renderConfig({
      node: this.name,
      listen: host.bind(this.name, PORT_ROLE),
      follows: role.follows === null ? null : host.peer(this.name, role.follows, PORT_ROLE),
      synchronousNames: role.synchronousNames,
      user: server.credentials().user,
      passwordFile: server.passwordFile(this.hostNode),
      settings,
    });
    await server.configure(this.hostNode, {
      conf,
      hba: renderHba(server.allowed),
      passwords: renderPasswordFile(server.credentials()),
    });
  }

  async reload(): Promise<void> {
    await this.query('SELECT pg_reload_conf()');
  }

  /** How this node dials `other` in its own name, in libpq's words: what a subscription connects by. */
  connectionTo(other: string): string {
    const { host, server } = this.#context;
    const words = connectionInfo(host.peer(this.name, other, PORT_ROLE), this.name, {
      user: server.credentials().user,
      passwordFile: server.passwordFile(this.hostNode),
    });
    return `${words} dbname=${server.credentials().database}`;
  }

  async initialise(): Promise<void> {
    await this.#context.server.initialise(this.hostNode);
  }

  /** Makes this node a copy of `primary`, which has only just been initialised and started. */
  async initialiseFrom(primary: PostgresNode): Promise<void> {
    const { server } = this.#context;
    if (server.initialiseStandby === null) await this.cloneFrom(primary);
    else await server.initialiseStandby(this.hostNode);
  }

  /** Replaces this node's data by a base backup of `primary`, through a session that spans it. The node must be down. */
  async cloneFrom(primary: PostgresNode): Promise<void> {
    const { host, server } = this.#context;
    const source: CloneSource = {
      ...host.peer(this.name, primary.name, PORT_ROLE),
      node: primary.hostNode,
      backup: (copy) => primary.#backup(copy),
    };
    await server.clone(this.hostNode, source);
  }

  async #backup(copy: () => Promise<void>): Promise<string> {
    const session = await this.#open(3000);
    try {
      await session.run('read', "SELECT pg_backup_start('alibi', true)", [], null);
      await copy();
      const { rows } = await session.run('read', 'SELECT labelfile FROM pg_backup_stop(false)', [], null);
      return String(rows[0].labelfile);
    } finally {
      session.destroy();
    }
  }

  /** Deletes its data; logs stay. */
  async discard(): Promise<void> {
    await this.#context.server.discard(this.hostNode);
  }

  async start(): Promise<void> {
    await this.hostNode.start(this.#context.server.service(this.hostNode));
  }

  /** SIGKILL to every process of the server. */
  async kill(): Promise<void> {
    if (await this.alive()) await this.hostNode.signal(SERVICE, 'SIGKILL');
  }

  alive(): Promise<boolean> {
    return this.hostNode.alive(SERVICE);
  }

  #open(timeoutMs: number, signal: AbortSignal | null = null): Promise<Connection> {
    const { host, server } = this.#context;
    return Connection.open(host.client(this.name, PORT_ROLE), server.credentials(), signal, timeoutMs);
  }

  /** For workload clients: a connection of their own. @throws Failed in phase `connect` */
  connect(signal: AbortSignal): Promise<Connection> {
    return this.#open(3000, signal);
  }

  /** Work on a connection of its own, given up (the connection torn down) after `timeoutMs`. Never waits for a standby. */
  async session<T>(work: (connection: Connection) => Promise<T>, timeoutMs = 2000): Promise<T> {
    const late = new AbortController();
    const cancel = this.#context.runtime.clock.after(timeoutMs * MILLISECOND, () => late.abort());
    try {
      const connection = await this.#open(timeoutMs, late.signal);
      const hangUp = () => connection.destroy();
      late.signal.addEventListener('abort', hangUp);
      try {
        await connection.run('read', 'SET synchronous_commit = local', [], null);
        return await work(connection);
      } finally {
        hangUp();
      }
    } finally {
      cancel();
    }
  }

  /** One statement in a {@link session} of its own. */
  query(text: string, values: readonly unknown[] = [], timeoutMs = 2000): Promise<Rows> {
    return this.session((connection) => connection.run('read', text, values, null), timeoutMs);
  }

  /** {@link query}, or null when the node does not answer in time. */
  async ask(text: string, timeoutMs = 1000): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      return (await this.query(text, [], timeoutMs)).rows[0] ?? null;
    } catch {
      return null;
    }
  }

  async answers(): Promise<boolean> {
    return (await this.ask('SELECT 1 AS one')) !== null;
  }

  async mark(n: number): Promise<void> {
    await this.query('INSERT INTO marker VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET n = excluded.n', [n]);
  }

  async marker(): Promise<number | null> {
    const row = await this.ask('SELECT n::int FROM marker WHERE id = 1');
    return row === null ? null : Number(row.n);
  }

  /** Markers of the lag, in a row of their own: settling compares its own by equality. */
  async markLag(n: number, timeoutMs: number): Promise<void> {
    const text = 'INSERT INTO marker VALUES (2, $1) ON CONFLICT (id) DO UPDATE SET n = excluded.n';
    await this.query(text, [n], timeoutMs);
  }

  /** -1 before the first, null when it does not answer. */
  async lagMarker(timeoutMs: number): Promise<number | null> {
    const row = await this.ask('SELECT coalesce(max(n), -1)::int AS n FROM marker WHERE id = 2', timeoutMs);
    return row === null ? null : Number(row.n);
  }

  async position(): Promise<string | null> {
    const row = await this.ask('SELECT pg_last_wal_replay_lsn()::text AS position');
    return typeof row?.position === 'string' ? row.position : null;
  }

  /** The last lines of the server's log, without the echo of our own questions. */
  async logTail(lines = 12): Promise<string> {
    const text = await readFile(join(this.hostNode.directory, `${SERVICE}.log`), 'utf8').catch(() => '');
    const telling = text
      .trimEnd()
      .split('\n')
      .filter((line) => !/the database system is (starting up|not yet accepting)/.test(line));
    return telling.slice(-lines).join('\n');
  }

  /** Polls until `probe` holds. @throws Error naming the node, what was awaited, and the end of its log. */
  async until(what: string, deadlineMs: number, probe: () => Promise<boolean>): Promise<void> {
    const { clock } = this.#context.runtime;
    const deadline = clock.now() + deadlineMs * MILLISECOND;
    while (!(await probe())) {
      if (clock.now() >= deadline)
        throw new Error(
          `${this.name}: ${what} was awaited for ${deadlineMs / 1000} s in vain; its log ends:\n${await this.logTail()}`,
        );
      await clock.sleep(50 * MILLISECOND);
    }
  }

  /** Waits until the server answers; gives up at once when its process is gone. */
  async untilAnswering(deadlineMs: number): Promise<void> {
    await this.until('an answer of the server', deadlineMs, async () => {
      if (!(await this.alive()))
        throw new Error(`${this.name}: PostgreSQL did not start; its log ends:\n${await this.logTail()}`);
      return this.answers();
    });
  }
}
