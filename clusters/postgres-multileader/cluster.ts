import type {
  Client,
  ClockControl,
  Cluster,
  ConnectRequest,
  ProcessControl,
  Settled,
  Storage,
} from '../../harness/cluster.ts';
import type { Links, Refusal } from '../../harness/hosts/types.ts';
import { keepSoFar } from '../kit/disks.ts';
import { copyLogs } from '../kit/logs.ts';
import { named } from '../kit/server-node.ts';
import type { Credentials } from '../postgres/clients/connection.ts';
import type { Planner } from '../postgres/clients/plan.ts';
import { register } from '../postgres/clients/register.ts';
import { rows } from '../postgres/clients/rows.ts';
import { set } from '../postgres/clients/set.ts';
import { PostgresClocks } from '../postgres/clocks.ts';
import { PostgresNode } from '../postgres/node.ts';
import { SERVICE, type Server } from '../postgres/server/server.ts';
import { SqlClient } from '../sql/client.ts';
import type { ClusterContext } from '../types.ts';
import { lwwRegister, lwwRows } from './clients/lww.ts';
import { siblings, versionedRows, type Contexts } from './clients/versions.ts';
import { LeaderRouting } from './routing.ts';
import { schemaFor } from './schema.ts';
import { LeadersSettling } from './settle.ts';
import type { Conflicts, MultiLeaderSettings } from './settings.ts';
import { applyErrors, lagsOf, subscribe } from './subscriptions.ts';

const BOOT_MS = 30_000;
const SHUTDOWN_MS = 20_000;
/** A busy machine is no reason to say that somebody does not lead. */
const PRIMARY_MS = 3_000;

export const NO_STANDBY = 'every node leads: there is no standby, and no primary to move';

const PLANNERS: Readonly<Record<Conflicts, Readonly<Record<string, Planner>>>> = {
  none: { register, set, rows },
  lww: { register: lwwRegister, set, rows: lwwRows },
  table: { set, rows: versionedRows },
};

/** The ports that make sense with each way of deciding conflicts. */
export function portsOf(conflicts: Conflicts): readonly string[] {
  return [...Object.keys(PLANNERS[conflicts]), ...(conflicts === 'table' ? ['siblings'] : [])];
}

/** Servers that all take writes, each of which subscribes to every other one. */
export class MultiLeaderCluster implements Cluster {
  readonly nodes: readonly string[];
  readonly links: Links | Refusal;
  readonly clocks: ClockControl | Refusal;
  readonly operator: Refusal = { refused: NO_STANDBY };
  readonly #server: Server;
  readonly #settings: MultiLeaderSettings;
  readonly #nodes: readonly PostgresNode[];
  readonly #settling: LeadersSettling;
  readonly #contexts = new Map<number, Contexts>();

  constructor(
    { nodes, host, runtime }: ClusterContext,
    server: Server,
    settings: MultiLeaderSettings,
    noClocks: Refusal | null,
  ) {
    const context = { host, server, runtime, settings: settings.database };
    this.nodes = nodes;
    this.links = host.links;
    this.#server = server;
    this.#settings = settings;
    this.#nodes = nodes.map((name) => new PostgresNode(name, context));
    this.clocks = noClocks ?? new PostgresClocks({ node: (name) => named(this.#nodes, name) }, runtime.clock);
    this.#settling = new LeadersSettling(this.#nodes, settings.conflicts === 'none', runtime.clock);
  }

  /** Resolves when every leader shows what each of the others has written. */
  async start(): Promise<void> {
    const schema = schemaFor(this.#settings.conflicts);
    await this.#server.prepare();
    for (const node of this.#nodes) await node.create();
    await Promise.all(
      this.#nodes.map(async (node) => {
        await node.initialise();
        await node.setRole({ follows: null, synchronousNames: '' });
        await node.start();
        await node.untilAnswering(BOOT_MS);
        await node.query(schema, [], BOOT_MS);
      }),
    );
    for (const node of this.#nodes)
      for (const other of this.#nodes) if (other !== node) await subscribe(node, other);
    await this.#settling.prove(BOOT_MS);
    await keepSoFar(this.#nodes.map((node) => node.hostNode));
  }

  /** Of the superuser, for whoever looks into a running cluster. */
  get credentials(): Credentials {
    return this.#server.credentials();
  }

  connect({ port, process, session, node }: ConnectRequest): Promise<Client> {
    const planner = this.#planner(port, session);
    const routing = new LeaderRouting(this.#nodes, this.#settings.reads, process);
    return Promise.resolve(
      new SqlClient(planner, { port, process, session, ...(node === undefined ? {} : { node }) }, routing),
    );
  }

  #planner(port: string, session: number): Planner {
    if (port === 'siblings') {
      const known = this.#contexts.get(session) ?? new Map<string, readonly string[]>();
      this.#contexts.set(session, known);
      return siblings(known);
    }
    const planner = PLANNERS[this.#settings.conflicts][port];
    if (planner === undefined) throw new Error(`postgres-multileader has no client for the port "${port}"`);
    return planner;
  }

  /** All of them lead, from the start: that is no split brain. */
  async primaries(): Promise<readonly string[]> {
    const answers = await Promise.all(this.#nodes.map((node) => node.ask('SELECT 1 AS one', PRIMARY_MS)));
    return this.nodes.filter((_, i) => answers[i] !== null);
  }

  readonly standbys = (): readonly string[] => [];

  readonly processes: ProcessControl = {
    kill: (name) => this.#node(name).kill(),
    pause: (name) => this.#node(name).hostNode.signal(SERVICE, 'SIGSTOP'),
    resume: async (name) => {
      if (await this.#node(name).alive()) await this.#node(name).hostNode.signal(SERVICE, 'SIGCONT');
    },
    restart: async (name) => {
      if (!(await this.#node(name).alive())) await this.#node(name).start();
    },
    shutDown: async (name) => {
      const node = this.#node(name);
      if (!(await node.alive())) return;
      await node.hostNode.signal(SERVICE, 'SIGINT');
      await node.until('its end', SHUTDOWN_MS, async () => !(await node.alive()));
    },
    state: (name) => this.#node(name).hostNode.state(SERVICE),
  };

  #node(name: string): PostgresNode {
    return named(this.#nodes, name);
  }

  readonly storage = (name: string): Storage => {
    const node = this.#node(name);
    return { host: node.hostNode, data: node.dataDirectory };
  };

  settle(deadlineMs: number): Promise<Settled> {
    const revive = async (node: PostgresNode, ms: number): Promise<void> => {
      await this.processes.resume(node.name);
      await this.processes.restart(node.name);
      await node.untilAnswering(ms);
    };
    return this.#settling.settle(revive, deadlineMs);
  }

  /**
   * For each direction the bytes that are not confirmed yet; for each leader how often an apply worker gave up, and,
   * under last writer wins, how many writes lost to a later stamp there.
   */
  async sample(): Promise<Readonly<Record<string, number>>> {
    const of = async (node: PostgresNode): Promise<[string, number][]> => {
      const [lags, errors, discarded] = await Promise.all([
        lagsOf(node),
        applyErrors(node),
        this.#settings.conflicts === 'lww'
          ? node.ask('SELECT CASE WHEN is_called THEN last_value ELSE 0 END::int AS n FROM discarded')
          : null,
      ]);
      return [
        ...lags,
        ...(errors === null ? [] : [[`apply-errors:${node.name}`, errors] as [string, number]]),
        ...(discarded === null ? [] : [[`discarded:${node.name}`, Number(discarded.n)] as [string, number]]),
      ];
    };
    return Object.fromEntries((await Promise.all(this.#nodes.map(of))).flat());
  }

  versions(): Promise<Readonly<Record<string, string>>> {
    return this.#server.versions();
  }

  collectLogs(directory: string): Promise<void> {
    return copyLogs(
      this.#created().map((node) => node.hostNode),
      directory,
    );
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#created().map(async (node) => {
        await node.kill();
        await node.discard();
      }),
    );
  }

  #created(): PostgresNode[] {
    return this.#nodes.filter((node) => node.created);
  }
}
