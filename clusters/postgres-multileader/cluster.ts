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
import { MarkerLag } from '../kit/marker-lag.ts';
import { processesOf } from '../kit/processes.ts';
import { named, takeDown } from '../kit/server-node.ts';
import type { Credentials } from '../sql/session.ts';
import type { Planner } from '../postgres/clients/plan.ts';
import { register } from '../postgres/clients/register.ts';
import { rows } from '../postgres/clients/rows.ts';
import { set } from '../postgres/clients/set.ts';
import { PostgresNode, TIME } from '../postgres/node.ts';
import type { Server } from '../postgres/server/server.ts';
import { SqlClient } from '../sql/client.ts';
import { SqlClocks } from '../sql/clocks.ts';
import { SQL_PACE, sqlMarkers } from '../sql/lag-markers.ts';
import type { ClusterContext } from '../types.ts';
import { lwwRegister, lwwRows } from './clients/lww.ts';
import { siblings, versionedRows, type Contexts } from './clients/versions.ts';
import { LeaderRouting } from './routing.ts';
import { schemaFor } from './schema.ts';
import { LeadersSettling } from './settle.ts';
import type { Conflicts, MultiLeaderSettings } from './settings.ts';
import { applyErrors, lagsOf, subscribe } from './subscriptions.ts';

const BOOT_MS = 30_000;
/** A busy machine is no reason to say that somebody does not lead. */
const PRIMARY_MS = 3_000;

/** Rows of the table of markers for the lag of each leader, beside those of settling. */
const LAG_ROWS = 100;

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
  readonly processes: ProcessControl;
  readonly #server: Server;
  readonly #settings: MultiLeaderSettings;
  readonly #nodes: readonly PostgresNode[];
  readonly #settling: LeadersSettling;
  readonly #lags: readonly MarkerLag[];
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
    this.processes = processesOf(this.#nodes);
    this.clocks = noClocks ?? new SqlClocks(this.#nodes, TIME, runtime.clock);
    this.#lags = nodes.map((_, i) => {
      const markers = sqlMarkers(this.#nodes, runtime.clock, LAG_ROWS + i);
      return new MarkerLag(markers, runtime.clock, SQL_PACE);
    });
    this.#settling = new LeadersSettling(this.#nodes, settings.conflicts === 'none', runtime.clock);
  }

  /** Resolves when every leader shows what each of the others has written. */
  async start(): Promise<void> {
    const schema = schemaFor(this.#settings.conflicts);
    await this.#server.prepare();
    await Promise.all(this.#nodes.map((node) => node.create()));
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
    await keepSoFar(this.#nodes.map((node) => node.place));
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

  readonly storage = (name: string): Storage => {
    const { place, dataDirectory } = named(this.#nodes, name);
    return { host: place, data: dataDirectory };
  };

  settle(deadlineMs: number): Promise<Settled> {
    const revive = async (node: PostgresNode, ms: number): Promise<void> => {
      await this.processes.resume(node.name);
      await this.processes.restart(node.name);
      await node.untilAnswering(ms);
    };
    return this.#settling.settle(revive, deadlineMs);
  }

  /** For each direction the true lag by markers; and what the servers say of it. */
  async sample(): Promise<Readonly<Record<string, number>>> {
    const [told, ...seen] = await Promise.all([
      this.#told(),
      ...this.nodes.map((name, i) => this.#seen(name, i)),
    ]);
    return Object.assign({}, told, ...seen) as Record<string, number>;
  }

  async #seen(leader: string, i: number): Promise<Readonly<Record<string, number>>> {
    const others = this.nodes.filter((name) => name !== leader);
    const lags = Object.entries(await this.#lags[i].sample(leader, others));
    return Object.fromEntries(lags.map(([name, ms]) => [name.replace(':', `:${leader}>`), ms]));
  }

  /**
   * For each direction the bytes that are not confirmed yet; for each leader how often an apply worker gave up, and,
   * under last writer wins, how many writes lost to a later stamp there.
   */
  async #told(): Promise<Readonly<Record<string, number>>> {
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
    return copyLogs(this.#nodes, directory);
  }

  stop(): Promise<void> {
    return takeDown(this.#nodes);
  }
}
