import { join } from 'node:path';
import { storageOf, type Endpoint, type Host } from '../../harness/hosts/types.ts';
import type { Runtime } from '../../harness/runtime/types.ts';
import { SqlNode } from '../sql/node.ts';
import type { Setting } from '../types.ts';
import { Certification } from './clients/certification.ts';
import { Connection } from './clients/connection.ts';
import type { Credentials } from '../sql/session.ts';
import { DATABASE, schemaFor } from './clients/schema.ts';
import { renderConfig, waitsForReplica } from './config.ts';
import { configure, IMAGE, makeFresh, PORT_ROLE, SERVICE, service } from './server.ts';
import { FALL_BACK_MS, type MysqlSettings } from './settings.ts';

export interface NodeContext {
  readonly host: Host;
  readonly runtime: Runtime;
  readonly settings: MysqlSettings;
  readonly credentials: Credentials;
  readonly member?: MemberContext;
}

/** What a member of a replication group has besides. */
export interface MemberContext {
  /** Ports by role, besides the one that clients dial. */
  readonly ports: Readonly<Record<string, number>>;
  readonly plugins: readonly string[];
  /** For its my.cnf, over everything else; all nodes have their place by then. */
  readonly settings: (node: string) => Readonly<Record<string, Setting>>;
  /** Who the clients of a workload are: nobody with privileges, whom a server in offline mode lets in. */
  readonly clients: Credentials;
  /** What a session of the harness begins with. */
  readonly session: string;
}

/** Long enough to copy a small database over a busy machine's network; short enough when the link is cut. */
const CLONE_MS = 60_000;
const WITHOUT_GTIDS = { gtid_mode: false, enforce_gtid_consistency: false };
/** Commits under way are waited for. */
const SWITCH_MS = 10_000;

/** The clock of the server itself. */
export const TIME = 'SELECT UNIX_TIMESTAMP(SYSDATE(6)) * 1000 AS ms';

/** One MySQL server and its files. */
export class MysqlNode extends SqlNode<Connection> {
  protected override readonly marking =
    'INSERT INTO marker VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE n = new.n';
  readonly #serverId: number;
  readonly #context: NodeContext;
  #readOnly = false;

  constructor(name: string, serverId: number, context: NodeContext) {
    const ports = { [PORT_ROLE]: 3306, ...context.member?.ports };
    super(
      { node: { name, ports, image: IMAGE }, service: SERVICE, starting: (place) => service(place) },
      context.host,
      context.runtime.clock,
    );
    this.#serverId = serverId;
    this.#context = context;
  }

  override get dataDirectory(): string {
    return join(storageOf(this.place), 'data');
  }

  get socket(): string {
    return join(storageOf(this.place), 'mysql.sock');
  }

  /** Where `from` dials this node. */
  peer(from: string): Endpoint {
    return this.#context.host.peer(from, this.name, PORT_ROLE);
  }

  /**
   * A fresh database with the user and, unless told otherwise, the tables: alike on every node and in no log; started as
   * a primary, or, without tables, as one that takes writes from an operator only.
   */
  async initialise(tables = true): Promise<void> {
    const { user, password } = this.#context.credentials;
    await makeFresh(this.place);
    this.#readOnly = false;
    await this.#configure(tables ? {} : { read_only: true });
    const users = [
      `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`,
      `GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION`,
    ];
    const { partitioning, positions } = this.#context.settings;
    const schema = tables ? schemaFor(partitioning, positions === 'gtid') : [`CREATE DATABASE ${DATABASE}`];
    const clients = this.#context.member?.clients;
    const unprivileged =
      clients === undefined
        ? []
        : [
            `CREATE USER '${clients.user}'@'%' IDENTIFIED BY '${clients.password}'`,
            `GRANT SELECT, INSERT, UPDATE, DELETE ON ${clients.database}.* TO '${clients.user}'@'%'`,
            `GRANT SELECT ON performance_schema.* TO '${clients.user}'@'%'`,
          ];
    await this.place.start(await service(this.place, [...users, ...schema, ...unprivileged]));
  }

  /** Makes the running server a primary or one that refuses writes, and so again after its next start. */
  async setReadOnly(readOnly: boolean): Promise<void> {
    this.#readOnly = readOnly;
    await this.#configure({});
    const waits = waitsForReplica(this.#context.settings.semisync, readOnly) ? 'ON' : 'OFF';
    const refuses = readOnly ? 'ON' : 'OFF';
    await this.query(
      `SET GLOBAL rpl_semi_sync_source_enabled = ${waits}, ` +
        `GLOBAL super_read_only = ${refuses}, GLOBAL read_only = ${refuses}`,
      [],
      SWITCH_MS,
    );
  }

  async #configure(more: Readonly<Record<string, boolean>>): Promise<void> {
    const { host, settings, member } = this.#context;
    const text = renderConfig({
      listen: host.bind(this.name, PORT_ROLE),
      directory: storageOf(this.place),
      serverId: this.#serverId,
      readOnly: this.#readOnly,
      semisync: settings.semisync,
      fallBackMs: FALL_BACK_MS,
      settings: {
        ...settings.database,
        ...(settings.positions === 'file' ? WITHOUT_GTIDS : {}),
        ...member?.settings(this.name),
        ...more,
      },
      plugins: member?.plugins ?? [],
    });
    await configure(this.place, text);
  }

  /**
   * Replaces this node's data by a copy of `donor`'s, over the network. The node must be down: a fresh server that
   * takes no connections is started for it, and ends itself when the copy is complete.
   * https://dev.mysql.com/doc/refman/9.5/en/clone-plugin-remote.html
   */
  async cloneFrom(donor: MysqlNode): Promise<void> {
    const { user, password } = this.#context.credentials;
    const { host, port } = donor.peer(this.name);
    await makeFresh(this.place);
    this.#readOnly = true;
    await this.#configure({ skip_networking: true });
    const statements = [
      `SET GLOBAL clone_valid_donor_list = '${host}:${port}'`,
      `CLONE INSTANCE FROM '${user}'@'${host}':${port} IDENTIFIED BY '${password}' REQUIRE NO SSL`,
    ];
    await this.place.start(await service(this.place, statements));
    try {
      await this.until('the end of its cloning', CLONE_MS, async () => !(await this.alive()));
    } finally {
      await this.kill();
      await this.#configure({});
    }
    if (!/Clone shutting down server as RESTART failed/.test(await this.logTail(12)))
      throw new Error(
        `${this.name} could not be cloned from ${donor.name}; its log ends:\n${await this.logTail()}`,
      );
  }

  protected override async open(timeoutMs: number, signal: AbortSignal): Promise<Connection> {
    const { host, credentials, member } = this.#context;
    const endpoint = host.client(this.name, PORT_ROLE);
    const connection = await Connection.open(endpoint, credentials, signal, timeoutMs);
    if (member !== undefined) await connection.run('connect', member.session, [], signal);
    return connection;
  }

  /** For workload clients: a connection of their own, at the isolation level asked for. @throws Failed in phase `connect` */
  async connect(signal: AbortSignal): Promise<Connection> {
    const { host, settings, credentials, member } = this.#context;
    const endpoint = host.client(this.name, PORT_ROLE);
    const connection = await Connection.open(endpoint, member?.clients ?? credentials, signal);
    const level = settings.isolation.toUpperCase();
    try {
      await connection.run('connect', `SET SESSION transaction_isolation = '${level}'`, [], signal);
      if (member !== undefined) await connection.watch(new Certification(), signal);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    return connection;
  }

  override async position(): Promise<string | null> {
    // What a replica applies goes to its own log.
    const row = await this.ask('SHOW BINARY LOG STATUS');
    return row === null ? null : `${String(row.File)}:${String(row.Position)}`;
  }
}
