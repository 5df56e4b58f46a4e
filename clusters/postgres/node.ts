import type { Host } from '../../harness/hosts/types.ts';
import type { Runtime } from '../../harness/runtime/types.ts';
import { SqlNode } from '../sql/node.ts';
import type { Setting } from '../types.ts';
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

/** The clock of the server itself. */
export const TIME = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms';
const SHUTDOWN_MS = 20_000;

/** One PostgreSQL server and its files. */
export class PostgresNode extends SqlNode<Connection> {
  protected override readonly marking =
    'INSERT INTO marker VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = excluded.n';
  readonly #context: NodeContext;
  #role: Role = { follows: null, synchronousNames: '' };

  constructor(name: string, context: NodeContext) {
    const { server } = context;
    const image = server.image === undefined ? {} : { image: server.image };
    super(
      {
        node: { name, ports: { [PORT_ROLE]: 5432 }, ...image },
        service: SERVICE,
        starting: (place) => server.service(place),
        echo: /the database system is (starting up|not yet accepting)/,
      },
      context.host,
      context.runtime.clock,
    );
    this.#context = context;
  }

  override get dataDirectory(): string {
    return this.#context.server.data(this.place);
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
      passwordFile: server.passwordFile(this.place),
      settings,
    });
    await server.configure(this.place, {
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
      passwordFile: server.passwordFile(this.place),
    });
    return `${words} dbname=${server.credentials().database}`;
  }

  async initialise(): Promise<void> {
    await this.#context.server.initialise(this.place);
  }

  /** Makes this node a copy of `primary`, which has only just been initialised and started. */
  async initialiseFrom(primary: PostgresNode): Promise<void> {
    const { server } = this.#context;
    if (server.initialiseStandby === null) await this.cloneFrom(primary);
    else await server.initialiseStandby(this.place);
  }

  /** Replaces this node's data by a base backup of `primary`, through a session that spans it. The node must be down. */
  async cloneFrom(primary: PostgresNode): Promise<void> {
    const { host, server } = this.#context;
    const source: CloneSource = {
      ...host.peer(this.name, primary.name, PORT_ROLE),
      node: primary.place,
      backup: (copy) => primary.#backup(copy),
    };
    await server.clone(this.place, source);
  }

  async #backup(copy: () => Promise<void>): Promise<string> {
    const session = await this.#connection(3000, null);
    try {
      await session.run('read', "SELECT pg_backup_start('alibi', true)", [], null);
      await copy();
      const { rows } = await session.run('read', 'SELECT labelfile FROM pg_backup_stop(false)', [], null);
      return String(rows[0].labelfile);
    } finally {
      session.destroy();
    }
  }

  override async discard(): Promise<void> {
    await this.#context.server.discard(this.place);
  }

  /** A fast shutdown: sessions are ended, what was written is sent to the standbys. */
  override async shutDown(): Promise<void> {
    if (!(await this.alive())) return;
    await this.place.signal(SERVICE, 'SIGINT');
    await this.until('its end', SHUTDOWN_MS, async () => !(await this.alive()));
  }

  /** By the server's own note of its first process: backends have sessions of their own. */
  override async state(): Promise<'running' | 'stopped' | 'gone'> {
    if (!(await this.alive())) return 'gone';
    const file = `${this.dataDirectory}/postmaster.pid`;
    // The state is the first word after the parenthesis: T = stopped (proc(5)).
    const script = 'read -r pid < "$1" && read -r line < "/proc/$pid/stat" && echo "${line##*) }"';
    const { stdout } = await this.place.run(['sh', '-c', script, 'sh', file], { allowFailure: true });
    return stdout.startsWith('T') ? 'stopped' : 'running';
  }

  #connection(timeoutMs: number, signal: AbortSignal | null): Promise<Connection> {
    const { host, server } = this.#context;
    return Connection.open(host.client(this.name, PORT_ROLE), server.credentials(), signal, timeoutMs);
  }

  /** For workload clients: a connection of their own. @throws Failed in phase `connect` */
  connect(signal: AbortSignal): Promise<Connection> {
    return this.#connection(3000, signal);
  }

  protected override async open(timeoutMs: number, signal: AbortSignal): Promise<Connection> {
    const connection = await this.#connection(timeoutMs, signal);
    try {
      await connection.run('read', 'SET synchronous_commit = local', [], signal);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  override async position(): Promise<string | null> {
    const row = await this.ask('SELECT pg_last_wal_replay_lsn()::text AS position');
    return typeof row?.position === 'string' ? row.position : null;
  }
}
